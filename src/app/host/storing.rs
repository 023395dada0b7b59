//! What the page has stored on this device: settings, and copies of files for offline.

use js_sys::{Array, Object, Promise, Reflect};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Cache, CacheStorage, MessageChannel, ServiceWorker, ServiceWorkerContainer,
    ServiceWorkerRegistration, Storage,
};

use super::window;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = quorumscope, js_name = keep)]
    fn boot_keep() -> Promise;
}

/// How long the worker may take to forget, in milliseconds.
const FORGETTING_MS: i32 = 5_000;

/// Storage, where the page is allowed to have any.
fn storage() -> Option<Storage> {
    window()?.local_storage().ok()?
}

fn stored_key(key: &str) -> String {
    format!("quorumscope.1.{key}")
}

/// What was remembered on this device.
pub(in crate::app) fn recall(key: &str) -> Option<String> {
    storage()?.get_item(&stored_key(key)).ok()?
}

/// Remembers on this device, where that is allowed.
pub(in crate::app) fn remember(key: &str, value: &str) {
    if let Some(storage) = storage() {
        storage.set_item(&stored_key(key), value).ok();
    }
}

/// What the names of the service worker's caches begin with: its page's folder is in it, since
/// several copies of the lab may share a host.
fn cache_prefix() -> Option<String> {
    let path = window()?.location().pathname().ok()?;
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    Some(format!("quorumscope {folder}/ "))
}

/// The keys of all that is remembered.
pub(in crate::app) fn keys() -> Vec<String> {
    let Some(storage) = storage() else {
        return Vec::new();
    };
    let prefix = stored_key("");
    let count = storage.length().unwrap_or(0);
    let keys = (0..count).filter_map(|at| storage.key(at).ok().flatten());
    let own = keys.filter_map(|key| key.strip_prefix(&prefix).map(str::to_owned));
    own.collect()
}

/// The caches, where the browser lets the page have any, and the names of those that are ours.
async fn caches() -> Option<(CacheStorage, Vec<String>)> {
    let window = window()?;
    // Not every address has them.
    let there = Reflect::get(&window, &"caches".into()).ok()?;
    let caches: CacheStorage = there.dyn_into().ok()?;
    let prefix = cache_prefix()?;
    let names = Array::from(&JsFuture::from(caches.keys()).await.ok()?);
    let names = names.iter().filter_map(|it| it.as_string());
    let own = names.filter(|it| it.starts_with(&prefix)).collect();
    Some((caches, own))
}

/// How many files are kept for offline; nothing where the browser or the address allows none.
pub(in crate::app) async fn files_kept() -> Option<u32> {
    let (caches, names) = caches().await?;
    let mut count = 0;
    for name in names {
        let cache: Cache = JsFuture::from(caches.open(&name))
            .await
            .ok()?
            .unchecked_into();
        count += Array::from(&JsFuture::from(cache.keys()).await.ok()?).length();
    }
    Some(count)
}

/// Keeps everything for offline.
pub(in crate::app) async fn keep() -> bool {
    JsFuture::from(boot_keep()).await.is_ok()
}

/// Forgets everything.
pub(in crate::app) async fn clear() -> Option<()> {
    if let Some(storage) = storage() {
        for key in keys() {
            storage.remove_item(&stored_key(&key)).ok();
        }
    }
    // Before anything else is deleted, whoever may be keeping files stops.
    dismiss(&window()?.navigator().service_worker()).await;
    let (caches, names) = caches().await?;
    for name in names {
        JsFuture::from(caches.delete(&name)).await.ok()?;
    }
    Some(())
}

/// Lets the worker forget what it keeps, and go.
async fn dismiss(workers: &ServiceWorkerContainer) -> Option<()> {
    let found = JsFuture::from(workers.get_registration()).await.ok()?;
    let registration: ServiceWorkerRegistration = found.dyn_into().ok()?;
    if let Some(worker) = registration.active() {
        forget(&worker).await;
    }
    JsFuture::from(registration.unregister().ok()?).await.ok()?;
    Some(())
}

/// Tells the worker to forget, and waits until it has; for one of an older version, which does not
/// know how, not for ever.
async fn forget(worker: &ServiceWorker) -> Option<()> {
    let channel = MessageChannel::new().ok()?;
    let answered = Promise::new(&mut |resolve, _| {
        channel.port1().set_onmessage(Some(&resolve));
        if let Some(window) = window() {
            window
                .set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, FORGETTING_MS)
                .ok();
        }
    });
    let message = Object::new();
    Reflect::set(&message, &"forget".into(), &"all".into()).ok()?;
    let ports = Array::of1(&channel.port2());
    worker
        .post_message_with_transferable(&message, &ports)
        .ok()?;
    JsFuture::from(answered).await.ok()?;
    Some(())
}
