package org.kakuri.system.scwatcher.internal.watch;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/**
 * A difference between two looks at a guest.
 *
 * @param alert whether somebody should know: a listener, module or hidden thing that was not there, a file that is another
 * @param text what it is
 */
public record Change(boolean alert, String text) {
    /** Returns what a first look finds that must not be there at all. */
    public static List<Change> first(Look look) {
        return look.hidden().values().stream().map(text -> new Change(true, "hidden: " + text)).toList();
    }

    /** Returns the differences: alerts first. */
    public static List<Change> between(Look before, Look now) {
        List<Change> changes = new ArrayList<>();
        appeared(before.hidden(), now.hidden(), true, "hidden: ", changes);
        appeared(before.listeners(), now.listeners(), true, "new listener: ", changes);
        appeared(before.modules(), now.modules(), true, "new module: ", changes);
        files(before.files(), now.files(), changes);
        appeared(before.processes(), now.processes(), false, "started: ", changes);
        appeared(now.processes(), before.processes(), false, "ended: ", changes);
        appeared(now.listeners(), before.listeners(), false, "listens no more: ", changes);
        appeared(now.modules(), before.modules(), false, "module removed: ", changes);
        appeared(now.hidden(), before.hidden(), false, "hides no more: ", changes);
        return changes;
    }

    private static void appeared(SortedMap<String, String> before, SortedMap<String, String> now, boolean alert,
            String what, List<Change> changes) {
        now.forEach((key, text) -> {
            if (!before.containsKey(key)) {
                changes.add(new Change(alert, what + text));
            }
        });
    }

    private static void files(SortedMap<String, String> before, SortedMap<String, String> now, List<Change> changes) {
        now.forEach((path, digest) -> {
            String old = before.get(path);
            if (old == null) {
                changes.add(new Change(true, "new file: %s, SHA-256 %s".formatted(path, digest)));
            } else if (!old.equals(digest)) {
                changes.add(new Change(true, "changed file: %s, SHA-256 %s, was %s".formatted(path, digest, old)));
            }
        });
        before.forEach((path, _) -> {
            if (!now.containsKey(path)) {
                changes.add(new Change(true, "file removed: " + path));
            }
        });
    }
}
