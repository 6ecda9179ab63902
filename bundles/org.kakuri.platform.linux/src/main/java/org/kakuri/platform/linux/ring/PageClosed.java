package org.kakuri.platform.linux.ring;

/** One of the two sides closed the page or ring in good order. */
public final class PageClosed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public PageClosed(String what) {
        super(what + " is closed");
    }
}
