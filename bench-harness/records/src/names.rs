//! Enums of names. Each name is spelled once, so that JSON, tables and sentences cannot differ.

/// Declares an enum whose variants are names: the key, which is how serde writes it and how it stands in CSV, and the
/// words in which people read it, where those are others. Gives `key()`, `words()` and `Display`, which is the words.
macro_rules! names {
    (
        $(#[$attribute:meta])*
        pub enum $name:ident {
            $($(#[$variant_attribute:meta])* $variant:ident = $key:literal $(, $words:literal)?;)+
        }
    ) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$variant_attribute])* #[serde(rename = $key)] $variant,)+
        }

        impl $name {
            /// The name as it stands in JSON and CSV.
            pub fn key(self) -> &'static str {
                match self {
                    $(Self::$variant => $key,)+
                }
            }

            /// The name as people read it.
            pub fn words(self) -> &'static str {
                match self {
                    $(Self::$variant => names!(@words $key $(, $words)?),)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.words())
            }
        }
    };
    (@words $key:literal) => { $key };
    (@words $key:literal, $words:literal) => { $words };
}

pub(crate) use names;
