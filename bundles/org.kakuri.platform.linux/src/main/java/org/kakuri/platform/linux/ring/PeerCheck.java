package org.kakuri.platform.linux.ring;

/**
 * Tells a waiting side whether waiting still makes sense. Asked about every 100 ms of waiting, and after each sleep, by the
 * waiting thread.
 */
@FunctionalInterface
public interface PeerCheck {

    /** For peers in the same process, which cannot vanish. */
    PeerCheck NONE = () -> true;

    /** False when the peer is gone for good: the wait ends with {@link PeerGone} unless the word changed after all. */
    boolean alive();
}
