package org.kakuri.runtime.libos;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.kakuri.platform.linux.SeccompListener;
import org.kakuri.runtime.libos.shield.NetworkShield;
import org.kakuri.runtime.libos.trace.Notifier;
import org.kakuri.runtime.libos.trace.Tracee;

/** Who answers which notified call: the shield of the network those of connections, in both modes; the others are of mode fast. */
record NotifiedCalls(ServedCalls files, Optional<NetworkShield> network) implements Notifier.Service {
    @Override
    public void serve(Tracee tracee, SeccompListener listener) {
        if (network.isPresent() && network.get().notified().contains(listener.number())) {
            network.get().serve(tracee, listener);
        } else {
            files.serve(tracee, listener);
        }
    }

    @Override
    public boolean later() {
        return network.isPresent();
    }

    /** Returns the calls that have to be notified. */
    static Set<Integer> notified(boolean files, Optional<NetworkShield> network) {
        var numbers = new HashSet<Integer>(files ? ServedCalls.notified() : Set.of());
        network.ifPresent(shield -> numbers.addAll(shield.notified()));
        return numbers;
    }
}
