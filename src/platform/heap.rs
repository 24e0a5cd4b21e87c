//! The heap, in memory that costs no page faults.
//!
//! Hosts make linear memory anew for each instance, and each page costs a page fault when it is touched first. The first
//! part is an exception: Wasmtime's pooling allocator clears it and keeps its pages (`linear_memory_keep_resident`, 2 MiB in
//! Spin). The linker puts the stack there, then all data, and the heap behind the 49 MiB of databases. `build.rs` makes it
//! leave a gap between stack and data. The heap begins in that gap, and most requests need no other memory.

use std::alloc::{GlobalAlloc, Layout};
use std::arch::wasm32;
use std::cell::{Cell, UnsafeCell};
use std::ptr::null_mut;

use dlmalloc::{Allocator, Dlmalloc};

/// The allocator of the component.
struct Heap(UnsafeCell<Dlmalloc<Memory>>);

#[global_allocator]
static HEAP: Heap = Heap(UnsafeCell::new(Dlmalloc::new_with_allocator(Memory { is_gap_used: Cell::new(false) })));

// SAFETY: a component has one thread.
unsafe impl Sync for Heap {}

// SAFETY: `Dlmalloc` keeps the contract of `GlobalAlloc`. None of its functions calls another of them, and there is one
// thread, so there is one mutable reference at a time.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        unsafe { (*self.0.get()).malloc(layout.size(), layout.align()) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { (*self.0.get()).free(pointer, layout.size(), layout.align()) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        unsafe { (*self.0.get()).calloc(layout.size(), layout.align()) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        unsafe { (*self.0.get()).realloc(pointer, layout.size(), layout.align(), size) }
    }
}

/// Linear memory: the gap, then what it is grown by.
struct Memory {
    is_gap_used: Cell<bool>,
}

/// A page of WebAssembly, in bytes.
const PAGE: usize = 64 * 1024;

// SAFETY: it gives out memory that nothing else uses: the gap once, and pages that were not there before.
unsafe impl Allocator for Memory {
    fn alloc(&self, size: usize) -> (*mut u8, usize, u32) {
        unsafe extern "C" {
            // Symbols of the linker: only their addresses mean something.
            static __stack_high: u8;
            static __global_base: u8;
        }
        if !self.is_gap_used.replace(true) {
            let start = &raw const __stack_high;
            let length = (&raw const __global_base).addr() - start.addr();
            if size <= length {
                return (start.cast_mut(), length, 0);
            }
        }
        let pages = size.div_ceil(PAGE);
        match wasm32::memory_grow(0, pages) {
            usize::MAX => (null_mut(), 0, 0),
            first => ((first * PAGE) as *mut u8, pages * PAGE, 0),
        }
    }

    fn remap(&self, _: *mut u8, _: usize, _: usize, _: bool) -> *mut u8 {
        null_mut()
    }

    fn free_part(&self, _: *mut u8, _: usize, _: usize) -> bool {
        false
    }

    fn free(&self, _: *mut u8, _: usize) -> bool {
        false
    }

    fn can_release_part(&self, _: u32) -> bool {
        false
    }

    fn allocates_zeros(&self) -> bool {
        true
    }

    fn page_size(&self) -> usize {
        PAGE
    }
}
