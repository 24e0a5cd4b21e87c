//! Every way in which a resolver can fail, alone and in pairs: the outcome in the report, and that the rest of it does not
//! change.

mod behaviour;
mod pairs;
mod rig;
mod table;
