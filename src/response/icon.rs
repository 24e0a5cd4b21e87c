//! The icon: a globe with a pin. Browsers request `/favicon.ico` for every page.

/// The icon as SVG, which all current browsers accept as a favicon.
pub const SVG: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 16 16\"><circle cx=\"8\" cy=\"8\" \
                       r=\"7\" fill=\"#0b6bcb\"/><path d=\"M1 8h14M8 1v14M8 1a9 9 0 0 0 0 14M8 1a9 9 0 0 1 0 14\" \
                       fill=\"none\" stroke=\"#fff\" stroke-opacity=\".5\"/><path d=\"M8 3.5a2.7 2.7 0 0 1 2.7 \
                       2.7C10.7 8.3 8 11 8 11S5.3 8.3 5.3 6.2A2.7 2.7 0 0 1 8 3.5z\" \
                       fill=\"#fff\"/><circle cx=\"8\" cy=\"6.2\" r=\"1\" fill=\"#0b6bcb\"/></svg>\n";
