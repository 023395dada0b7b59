//! The search: a program of its own, compiled for speed and without the page, for a worker.
//! `static/search.js` is what carries texts between it and the page.

#[cfg(target_arch = "wasm32")]
fn main() {
    // A panic becomes an error of the calling script, with what the panic says.
    std::panic::set_hook(Box::new(|info| {
        wasm_bindgen::throw_str(&info.to_string());
    }));
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    println!("This program is the page's. `cargo xtask serve` shows it in a browser.");
}

#[cfg(target_arch = "wasm32")]
mod carried {
    use quorumscope::jobs::{Job, Said, serve};
    use wasm_bindgen::prelude::wasm_bindgen;

    /// A request that is being served.
    #[wasm_bindgen]
    pub struct Search {
        job: Box<dyn Job>,
        is_done: bool,
    }

    #[wasm_bindgen]
    impl Search {
        /// Begins to serve a request.
        #[wasm_bindgen(constructor)]
        pub fn new(request: &str) -> Self {
            let job = serve(request);
            let is_done = false;
            Self { job, is_done }
        }

        /// Does a slice of the work; gives what the job says.
        pub fn advance(&mut self, steps: u32) -> String {
            match self.job.advance(steps) {
                Said::Progress(text) => text,
                Said::Done(text) => {
                    self.is_done = true;
                    text
                }
            }
        }

        /// Whether what the job said last is its result.
        #[wasm_bindgen(js_name = isDone)]
        pub fn is_done(&self) -> bool {
            self.is_done
        }
    }

    /// Panics. It is there to try what a page says of a search that has.
    #[wasm_bindgen]
    pub fn force_panic() {
        panic!("a panic on request");
    }
}
