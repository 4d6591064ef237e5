//! A headless Chromium of a test's own, and what a test asks of it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::time::timeout;

/// How long the page may take to show something.
const PATIENCE: Duration = Duration::from_secs(20);

pub struct Browser {
    pub client: Client,
    driver: Child,
    profile: PathBuf,
}

impl Browser {
    /// None where Chromium or its driver is not installed, which is said on stderr, past the test harness.
    pub async fn open(url: &str) -> Option<Self> {
        Self::open_in("light", url).await
    }

    /// In `light` or `dark`, as a person's system would have it.
    pub async fn open_in(theme: &str, url: &str) -> Option<Self> {
        let Some((driver, port)) = start_driver() else {
            let name = std::thread::current().name().unwrap_or("?").to_owned();
            let line = format!("SKIPPED {name}: chromedriver is not installed\n");
            std::io::stderr().write_all(line.as_bytes()).unwrap();
            return None;
        };
        let profile = std::env::temp_dir().join(format!("apaas-flow-page-{port}"));
        let args = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            "--window-size=1360,940",
            &format!(
                "--blink-settings=preferredColorScheme={}",
                i32::from(theme == "light")
            ),
            &format!("--user-data-dir={}", profile.display()),
        ];
        let mut capabilities = Capabilities::new();
        capabilities.insert("goog:chromeOptions".to_owned(), json!({ "args": args }));
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .unwrap();
        let browser = Self {
            client,
            driver,
            profile,
        };
        browser.go(url).await;
        Some(browser)
    }

    /// Opens an address, and waits until the page is connected. Remembers what would be copied in `window.copied`.
    pub async fn go(&self, url: &str) {
        self.client.goto(url).await.unwrap();
        self.find(".live.on").await;
        let keep = "navigator.clipboard.writeText = async (text) => { window.copied = text; };";
        self.run(keep).await;
    }

    /// The first element of this selector, as soon as there is one.
    pub async fn find(&self, selector: &str) -> Element {
        self.client
            .wait()
            .at_most(PATIENCE)
            .for_element(Locator::Css(selector))
            .await
            .unwrap_or_else(|error| panic!("{selector}: {error}"))
    }

    pub async fn click(&self, selector: &str) {
        self.find(selector).await.click().await.unwrap();
    }

    pub async fn select(&self, selector: &str, value: &str) {
        self.find(selector)
            .await
            .select_by_value(value)
            .await
            .unwrap();
    }

    /// Clears a field and types into it.
    pub async fn fill(&self, selector: &str, text: &str) {
        let field = self.find(selector).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    pub async fn run(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap()
    }

    /// Waits until the expression has this value.
    pub async fn expect(&self, expression: &str, expected: Value) {
        let begun = Instant::now();
        loop {
            let found = self.run(&format!("return {expression};")).await;
            if found == expected {
                return;
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "{expression} is {found}, not {expected}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until the outcomes in the list, from the top, are these.
    pub async fn expect_outcomes(&self, expected: &[&str]) {
        let shown = "[...document.querySelectorAll('.row')].filter((row) => row.offsetParent).map((row) => row.dataset.outcome)";
        self.expect(shown, json!(expected)).await;
    }

    /// The text that the button of this label, in the open detail, copies.
    pub async fn copied(&self, label: &str) -> String {
        self.run("window.copied = null;").await;
        let button = format!("//div[@class='detail']//button[text()='{label}']");
        let button = self.client.find(Locator::XPath(&button)).await.unwrap();
        button.click().await.unwrap();
        self.expect("window.copied !== null", json!(true)).await;
        let copied = self.run("return window.copied;").await;
        copied.as_str().unwrap().to_owned()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // the driver ends its browser only when it is asked to, here from a thread that may wait for that
        let client = self.client.clone();
        let closing = thread::spawn(move || {
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            let close = async { timeout(PATIENCE, client.close()).await };
            runtime
                .enable_all()
                .build()
                .map(|runtime| runtime.block_on(close))
        });
        let _ = closing.join();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}

/// The driver and the port that it listens on; `None` if it is not installed.
fn start_driver() -> Option<(Child, u16)> {
    // it ends at once if the port that it was given is taken under its other address
    for _ in 0..5 {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        if let Some(port) = port(&mut driver) {
            return Some((driver, port));
        }
        driver.wait().unwrap();
    }
    panic!("chromedriver does not start");
}

fn port(driver: &mut Child) -> Option<u16> {
    let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
    lines.find_map(|line| {
        let line = line.unwrap();
        let (_, port) = line.split_once("started successfully on port ")?;
        Some(port.trim_end_matches('.').parse().unwrap())
    })
}
