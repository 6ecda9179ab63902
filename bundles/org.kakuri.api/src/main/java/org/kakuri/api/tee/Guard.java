package org.kakuri.api.tee;

/** How accesses of one actor to one backing are checked. A verdict may never claim more than the guard could have seen. */
public enum Guard {
    /** Each single access passes a checker. */
    EVERY_ACCESS,
    /** The first access to each page passes a checker, by a page fault. */
    PAGE_FAULT,
    /** Checked where control or a buffer crosses the boundary, not at loads and stores in between. */
    CALL_BOUNDARY,
    /** Nothing checks. */
    NONE
}
