//! Every way in which a resolver can fail, by itself and paired with every other: what a report says of it, and that
//! nothing else in it suffers.

mod behaviour;
mod pairs;
mod rig;
mod table;
