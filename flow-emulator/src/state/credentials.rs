//! The app that the emulator gives tokens to.

/// An app's id and secret.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Credentials {
    pub(crate) app_id: String,
    pub(crate) app_secret: String,
}

/// Why an app gets no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CredentialsRefusal {
    UnknownApp,
    WrongSecret,
}

impl Credentials {
    /// Whether `given` are these.
    pub(crate) fn check(&self, given: &Self) -> Result<(), CredentialsRefusal> {
        if self.app_id != given.app_id {
            return Err(CredentialsRefusal::UnknownApp);
        }
        if self.app_secret != given.app_secret {
            return Err(CredentialsRefusal::WrongSecret);
        }
        Ok(())
    }
}
