package org.kakuri.system.scwatcher.internal.fuse;

import org.kakuri.system.scwatcher.internal.proc.Tree;

/** Where the content comes from. Called from the mount's own thread. */
public interface FuseSource {
    /**
     * Returns what a process sees.
     *
     * @param pid the process that asks
     * @param again whether it starts over, by listing the top
     */
    Tree of(int pid, boolean again);
}
