//! Which of its forms a value is written in.
//!
//! As an input a value is written as the platform takes it, as an output as the platform sends it: a lookup then has its
//! name, too. The values may lie inside lists and structs of the user's, whose `Serialize` passes nothing on but the
//! serializer, and that may be anybody's. So the form is a matter of the thread, for as long as the outputs are written.

use std::cell::Cell;

thread_local! {
    static IS_OUTPUT: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread writes a flow's outputs now.
pub(crate) fn is_output() -> bool {
    IS_OUTPUT.get()
}

/// Writes a flow's outputs.
pub(crate) fn as_outputs<T>(write: impl FnOnce() -> T) -> T {
    /// Puts back what was before, after a panic in the user's `Serialize` too.
    struct Restore(bool);

    impl Drop for Restore {
        fn drop(&mut self) {
            IS_OUTPUT.set(self.0);
        }
    }

    let _restore = Restore(IS_OUTPUT.replace(true));
    write()
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::{as_outputs, is_output};

    #[test]
    fn the_form_is_an_outputs_only_while_outputs_are_written() {
        assert!(!is_output());
        as_outputs(|| {
            assert!(is_output());
            assert!(as_outputs(is_output));
            assert!(is_output());
        });
        assert!(!is_output());
        assert!(catch_unwind(|| as_outputs(|| panic!("in a `Serialize`"))).is_err());
        assert!(!is_output());
    }
}
