package org.kakuri.shell.internal.plugin;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.kakuri.api.runtime.RuntimeInfo;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.api.runtime.Workbench.InUse;
import org.kakuri.api.tee.BackendInfo;

/** Puts the default in use where what was in use is no longer there, which would have every command wait for it in vain. */
final class UseFallback {
    private final Workbench workbench;

    UseFallback(Workbench workbench) {
        this.workbench = workbench;
    }

    /** Looks after a bundle went; a variant goes with its base. Returns what was done, a line each. */
    List<String> afterRemoval() {
        InUse used = workbench.inUse();
        List<String> notes = new ArrayList<>();
        look("backend", used.backend(), workbench.backends().stream().map(BackendInfo::name).toList(),
                InUse.DEFAULT.backend(), "tee:use", workbench::useBackend, notes);
        look("runtime", used.runtime(), workbench.runtimes().stream().map(RuntimeInfo::name).toList(),
                InUse.DEFAULT.runtime(), "rt:use", workbench::useRuntime, notes);
        return notes;
    }

    private static void look(String kind, String used, List<String> there, String otherwise, String command,
            Consumer<String> use, List<String> notes) {
        if (there.contains(used)) {
            return;
        }
        if (there.contains(otherwise)) {
            use.accept(otherwise);
            notes.add("%s %s was in use; %s is from now on".formatted(kind, used, otherwise));
        } else {
            notes.add("%s %s was in use, and %s is not there either; choose another: %s".formatted(kind, used,
                    otherwise, command));
        }
    }
}
