// ANCHOR: all
fn main() {
    // ANCHOR: blade
    let blade = Blade::new(12);
    # [allow(unused)]
    // ANCHOR: handle
    let handle = "beech";
    // ANCHOR_END: handle
    // ANCHOR_END: blade
}
// ANCHOR_END: all
