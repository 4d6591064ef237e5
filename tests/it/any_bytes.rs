//! Any bytes as a reply, from a seed: no panic, and what an error says is true of every reply. The fuzz target in
//! `fuzz/` goes on from here.

use apaas_flow::{ErrorKind, wire};

use crate::flows::{Bill, SUCCESS, success};

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        // Knuth's MMIX generator; the high bits are the good ones
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

/// A reply that was good once.
fn mutated(dice: &mut Dice, body: &str) -> Vec<u8> {
    let mut bytes = body.as_bytes().to_vec();
    for _ in 0..=dice.roll(4) {
        if bytes.is_empty() {
            break;
        }
        let at = dice.roll(bytes.len());
        match dice.roll(6) {
            0 => bytes.truncate(at),
            1 => {
                bytes.remove(at);
            }
            2 => bytes[at] = u8::try_from(dice.roll(256)).unwrap(),
            3 => bytes[at] = b"{}[]\",:\\01-.eE nul"[dice.roll(17)],
            4 => bytes.insert(at, b"{}[]\",:\\01-.eE nul"[dice.roll(17)]),
            _ => {
                let piece = bytes[at..(at + dice.roll(20)).min(bytes.len())].to_vec();
                bytes.splice(at..at, piece);
            }
        }
    }
    bytes
}

#[test]
fn no_bytes_make_a_panic_or_an_untrue_error() {
    let all_good = [
        SUCCESS.to_owned(),
        success(&serde_json::json!({ "variable_total": "1", "variable_lines": [1, 2], "variable_paid": true })),
        r#"{"code":99991672,"msg":"m","error":{"permission_violations":[{"url":"u"}],"helps":[{"url":"h"}]}}"#.to_owned(),
    ];
    let mut dice = Dice(4711);
    let (mut fine, mut wrong) = (0, 0);
    for _ in 0..30_000 {
        let good = &all_good[dice.roll(all_good.len())];
        let body = mutated(&mut dice, good);
        let http_status = [200, 400, 429, 500, 504][dice.roll(5)];
        match wire::reply::<Bill>(http_status, &body) {
            Ok(run) => {
                let _ = format!("{run:?}");
                fine += 1;
            }
            Err(error) => {
                let text = format!("{error} {error:?}");
                assert!(!text.contains('\n'), "{text}");
                assert!(
                    error.out_params().is_none() || error.may_have_run(),
                    "{text}"
                );
                assert!(!(error.is_retryable() && error.may_have_run()), "{text}");
                if error.kind() == ErrorKind::Decode {
                    assert!(
                        error.may_have_run() && error.out_params().is_some(),
                        "{text}"
                    );
                }
                wrong += 1;
            }
        }
    }
    assert!(fine > 300 && wrong > 3000, "{fine} {wrong}");
}
