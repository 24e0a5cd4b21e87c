//! Every way in which a resolver can fail, alone and in pairs: what the report says, and that the rest of it does not
//! change.

mod behaviour;
mod pairs;
mod rig;
mod table;
