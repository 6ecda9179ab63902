package org.kakuri.tee.model.memory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import org.kakuri.api.Nearest;
import org.kakuri.api.WrongState;

/** The checkers of an address space, in the order they are asked, with their switches. Immutable. */
record CheckerList(List<Slot> slots) {
    static final CheckerList EMPTY = new CheckerList(List.of());

    record Slot(Checker checker, boolean on) {
        String name() {
            return checker.name();
        }
    }

    CheckerList with(Checker checker) {
        if (checker.name().equals(PhysicalSpace.BUS) || has(checker.name())) {
            throw new WrongState("there is a checker of that name: name=" + checker.name(),
                    "backends of one architecture share a checker through a facility of the machine");
        }
        var more = new ArrayList<>(slots);
        more.add(new Slot(checker, true));
        more.sort(Comparator.comparingInt(slot -> slot.checker.order()));
        return new CheckerList(List.copyOf(more));
    }

    CheckerList without(Checker checker) {
        return new CheckerList(slots.stream().filter(slot -> slot.checker != checker).toList());
    }

    CheckerList switched(String name, boolean on) {
        if (!has(name)) {
            throw new IllegalArgumentException(Nearest.unknown("checker", name, names()).getMessage()
                    + "; this machine has " + names());
        }
        return new CheckerList(
                slots.stream().map(slot -> slot.name().equals(name) ? new Slot(slot.checker, on) : slot).toList());
    }

    List<String> names() {
        return names(slot -> true);
    }

    List<String> names(Predicate<Slot> which) {
        return slots.stream().filter(which).map(Slot::name).toList();
    }

    private boolean has(String name) {
        return slots.stream().anyMatch(slot -> slot.name().equals(name));
    }
}
