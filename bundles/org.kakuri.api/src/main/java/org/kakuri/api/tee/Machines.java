package org.kakuri.api.tee;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** Makes and keeps the machines of this process. Called by core, and by commands that show a machine. */
@ProviderType
public interface Machines {
    /**
     * Returns the machine of that architecture and name, made with new root secrets if there is none yet.
     *
     * @param architecture {@link Machine#ARM}, {@link Machine#X86_64} or {@link Machine#ANY}
     * @param name the host's name, for example {@code host-a}
     */
    Machine machine(String architecture, String name);

    /** Returns the machines there are. */
    List<Machine> machines();
}
