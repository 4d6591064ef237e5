//! What the repository knows of a flow, `flows/<namespace>/<flow_id>.json`: found, and compared with the struct.

pub(crate) mod build_env;
pub(crate) mod check;
pub(crate) mod find;
pub(crate) mod rust_type;
#[cfg(test)]
mod tests;

use apaas_flow_contract::Side;

use crate::parse::field_attr::Direction;

impl Direction {
    pub(crate) fn side(self) -> Side {
        match self {
            Direction::Input => Side::Inputs,
            Direction::Output => Side::Outputs,
        }
    }
}
