package org.kakuri.api.runtime;

import java.nio.file.Path;
import java.time.Duration;
import org.osgi.annotation.versioning.ProviderType;

/** Core's other face: exchanging parts while everything runs. Called by commands and soak experiments. Thread-safe. */
@ProviderType
public interface HotSwap {
    /**
     * Tells what a swap would change, without changing anything.
     *
     * @throws org.kakuri.api.UsageError if a name is unknown
     */
    SwapReport plan(Swap swap);

    /**
     * Swaps. Returns when live sessions have ended, or were ended at the deadline.
     *
     * @throws org.kakuri.api.UsageError if a name is unknown; nothing was changed
     */
    SwapReport swap(Swap swap);

    /**
     * Installs a bundle, or puts a changed one in the place of the one with the same symbolic name: the new one is installed
     * beside the old one and started, takes over, then the old one is drained and uninstalled. If the new one does not come
     * up, it is removed and the old one goes on.
     *
     * @param jar the bundle
     * @param drain how long live sessions of the old one may go on
     * @throws org.kakuri.api.Refused if the jar is no bundle, or other bundles are wired to it, or it does not come up
     */
    SwapReport update(Path jar, Duration drain);
}
