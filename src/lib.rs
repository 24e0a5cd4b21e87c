//! ipedge.
