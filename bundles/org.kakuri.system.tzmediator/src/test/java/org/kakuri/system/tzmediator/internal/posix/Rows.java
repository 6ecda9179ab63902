package org.kakuri.system.tzmediator.internal.posix;

import java.util.ArrayList;
import java.util.List;
import org.kakuri.platform.linux.posix.PosixLibrary;

/** The POSIX conformance table: what a call does, and how that is checked for a TA in Java. */
final class Rows {
    private final List<Row> rows = new ArrayList<>();

    private Rows() {}

    /** Checks one row; throws what is wrong. */
    @FunctionalInterface
    interface Check {
        void run(World w) throws Exception;
    }

    /**
     * A row.
     *
     * @param call name of the call
     * @param behaviour what it does
     * @param check shows it
     */
    record Row(String call, String behaviour, Check check) {}

    /** Returns the table, in the order of the README. */
    static List<Row> all() {
        Rows table = new Rows();
        StreamRows.add(table);
        SocketRows.add(table);
        PollAndTimeRows.add(table);
        SignalRows.add(table);
        NamedRows.add(table);
        ChildRows.add(table);
        return List.copyOf(table.rows);
    }

    void row(String call, String behaviour, Check check) {
        rows.add(new Row(call, behaviour, check));
    }

    /** Runs the table; a line for each row as ta_conform prints it. */
    static List<String> run(PosixLibrary posix, String folder, String unique) {
        World world = new World(posix, folder, unique);
        List<String> lines = new ArrayList<>();
        for (Row row : all()) {
            String outcome = "ok";
            try {
                row.check().run(world);
            } catch (Exception | AssertionError e) {
                outcome = "FAIL " + e + " at " + e.getStackTrace()[e instanceof AssertionError ? 1 : 0];
            }
            world.reset();
            lines.add(outcome + "\t" + row.call() + "\t" + row.behaviour());
        }
        return lines;
    }
}
