//! What one server sends must not hold up the calls of another.
