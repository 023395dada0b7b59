//! The code that puts a moment into somebody's page: a frame, or the element with what stands in its
//! place until it is there, in print, and where no script runs.

/// How high a figure is in a column of text, with a panel below its stage and without, in pixels. A
/// frame keeps it; the element, until the figure has told its own.
const HEIGHTS: [u32; 2] = [780, 560];

/// What stands in the place of a figure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Still {
    /// The name of the picture's file, which the author puts beside the page.
    pub picture: String,
    /// What is to be seen in it.
    pub says: String,
    /// The number of the first line below, from 1.
    pub first: usize,
    /// The end of the transcript, line by line.
    pub lines: Vec<String>,
}

/// A figure in a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet<'a> {
    /// The address of the moment in the lab.
    pub link: &'a str,
    /// The figure's name.
    pub title: &'a str,
    /// What stands below it; nothing, if it is empty.
    pub caption: &'a str,
    /// What the link to the lab is called.
    pub lab: &'a str,
    /// The options of the figure.
    pub options: Vec<(&'a str, &'a str)>,
}

impl Snippet<'_> {
    /// The address of the figure.
    pub fn address(&self) -> String {
        let mut address = self.link.replacen('#', "#embed=1&", 1);
        for (name, value) in &self.options {
            address.push_str(&format!("&{name}={value}"));
        }
        address
    }

    fn height(&self) -> u32 {
        let bare = self.options.contains(&("panels", "none"));
        HEIGHTS[usize::from(bare)]
    }

    /// A frame, which needs no script; who sees none of it has the link.
    pub fn frame(&self) -> String {
        let frame = format!(
            "  <iframe src=\"{}\" title=\"{}\" width=\"100%\" height=\"{}\" frameborder=\"0\" loading=\"lazy\"></iframe>\n",
            quoted(&self.address()),
            quoted(self.title),
            self.height()
        );
        let link = format!("<a href=\"{}\">{}</a>", quoted(self.link), quoted(self.lab));
        let caption = match self.caption {
            "" => link,
            caption => format!("{} {link}", quoted(caption)),
        };
        figure(&frame, &caption)
    }

    /// The element, with what stands in its place.
    pub fn element(&self, still: &Still) -> String {
        let (home, fragment) = self.link.split_once('#').unwrap_or((self.link, ""));
        let folder = home.rsplit_once('/').map_or("", |(folder, _)| folder);
        let script = format!(
            "<script type=\"module\" src=\"{}/embed.js\"></script>\n",
            quoted(folder)
        );
        let mut element = format!(
            "  <quorum-scope link=\"{}\" title=\"{}\" height=\"{}\"",
            quoted(fragment.trim_start_matches("r=")),
            quoted(self.title),
            self.height()
        );
        for (name, value) in &self.options {
            element.push_str(&format!(" {name}=\"{value}\""));
        }
        element.push_str(&format!(
            ">\n    <img src=\"{}\" alt=\"{}\" width=\"100%\">\n",
            quoted(&still.picture),
            quoted(&still.says)
        ));
        if !still.lines.is_empty() {
            element.push_str(&match still.first {
                1 => "    <ol>\n".to_owned(),
                first => format!("    <ol start=\"{first}\">\n"),
            });
            for line in &still.lines {
                element.push_str(&format!("      <li>{}</li>\n", quoted(line)));
            }
            element.push_str("    </ol>\n");
        }
        element.push_str("  </quorum-scope>\n");
        script + &figure(&element, &quoted(self.caption))
    }
}

fn figure(content: &str, caption: &str) -> String {
    let caption = match caption {
        "" => String::new(),
        caption => format!("  <figcaption>{caption}</figcaption>\n"),
    };
    format!("<figure>\n{content}{caption}</figure>")
}

/// A text in HTML, inside of an attribute or not.
fn quoted(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('"', "&quot;");
    text.replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snippet() -> Snippet<'static> {
        Snippet {
            link: "https://example.org/lab/#r=1abc",
            title: "\"a\" & <b>",
            caption: "c < d",
            lab: "Open",
            options: vec![("controls", "step")],
        }
    }

    #[test]
    fn a_frame_has_a_name_a_caption_and_a_link() {
        assert_eq!(
            snippet().frame(),
            "<figure>\n  \
             <iframe src=\"https://example.org/lab/#embed=1&amp;r=1abc&amp;controls=step\" \
             title=\"&quot;a&quot; &amp; &lt;b&gt;\" width=\"100%\" height=\"780\" frameborder=\"0\" loading=\"lazy\"></iframe>\n  \
             <figcaption>c &lt; d <a href=\"https://example.org/lab/#r=1abc\">Open</a></figcaption>\n\
             </figure>"
        );
        let bare = Snippet {
            caption: "",
            ..snippet()
        };
        assert!(bare.frame().contains("<figcaption><a href="));
        let options = vec![("panels", "none")];
        let low = Snippet {
            options,
            ..snippet()
        };
        assert!(low.frame().contains(" height=\"560\" "));
    }

    #[test]
    fn the_element_holds_a_picture_and_the_transcript() {
        let still = Still {
            picture: "raft-7.svg".into(),
            says: "S1: \"down\"".into(),
            first: 6,
            lines: vec!["a <i>".into(), "b".into()],
        };
        assert_eq!(
            snippet().element(&still),
            "<script type=\"module\" src=\"https://example.org/lab/embed.js\"></script>\n\
             <figure>\n  \
             <quorum-scope link=\"1abc\" title=\"&quot;a&quot; &amp; &lt;b&gt;\" height=\"780\" controls=\"step\">\n    \
             <img src=\"raft-7.svg\" alt=\"S1: &quot;down&quot;\" width=\"100%\">\n    \
             <ol start=\"6\">\n      <li>a &lt;i&gt;</li>\n      <li>b</li>\n    </ol>\n  \
             </quorum-scope>\n  <figcaption>c &lt; d</figcaption>\n</figure>"
        );
        let bare = Snippet {
            caption: "",
            ..snippet()
        };
        let code = bare.element(&Still::default());
        assert!(!code.contains("<ol") && !code.contains("figcaption"));
    }

    /// Generators take an empty line for the end of a block.
    #[test]
    fn no_line_is_empty() {
        for code in [snippet().frame(), snippet().element(&Still::default())] {
            assert!(code.lines().all(|line| !line.trim().is_empty()), "{code}");
        }
    }
}
