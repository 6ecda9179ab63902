package org.kakuri.platform.linux.bench;

import org.kakuri.platform.linux.Affinity;

/** On which cores the two sides of a benchmark run. */
public enum Placement {
    /** Both on core 0. */
    SAME_CORE(0, 0),
    /** On cores 0 and 1; on a machine with one core this measures the same as SAME_CORE, so it is refused. */
    SPLIT(0, 1);

    private final int near;
    private final int far;

    Placement(int near, int far) {
        this.near = near;
        this.far = far;
    }

    /** Pins the calling thread, the side that is measured. */
    public void pinNear() {
        pin(near);
    }

    /** Pins the calling thread, the side that answers. */
    public void pinFar() {
        pin(far);
    }

    private void pin(int cpu) {
        if (cpu >= Affinity.onlineCpus()) {
            throw new IllegalStateException("no such core: cpu=" + cpu + "; run this placement on a larger machine");
        }
        Affinity.set(Affinity.THIS_THREAD, cpu);
    }
}
