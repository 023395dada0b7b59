//! A story is a run that defeats a broken rule: the property that the variant names is lost, and
//! without the variant nothing is.

use crate::common::{Known, Lab};

/// What defeats a variant: the same steps are also tried on the protocol as it is.
pub type Story<P> = fn(&[&str]) -> Lab<P>;

/// The protocol with that rule broken loses the property that it names; without, it loses nothing.
fn defeats<P: Known>(variant: &str, story: Story<P>) {
    let known = P::ABOUT.variants.iter().find(|it| it.id == variant);
    let loses = known
        .and_then(|it| it.effect.loses())
        .expect("the variant breaks something");
    let broken = story(&[variant]);
    assert!(
        broken.lost().contains(&loses.id),
        "{variant} loses {:?}",
        broken.lost()
    );
    assert!(
        story(&[]).lost().is_empty(),
        "{variant}: without it, nothing is lost"
    );
}

/// Each variant that names a property has its story.
pub fn all_have_stories<P: Known>(stories: &[(&str, Story<P>)]) {
    let unsafe_ones = P::ABOUT
        .variants
        .iter()
        .filter(|variant| variant.effect.loses().is_some());
    for variant in unsafe_ones {
        let told = stories.iter().any(|(id, _)| *id == variant.id);
        assert!(told, "no run defeats {}", variant.id);
    }
    for (variant, story) in stories {
        defeats(variant, *story);
    }
}
