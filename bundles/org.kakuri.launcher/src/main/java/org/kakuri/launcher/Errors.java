package org.kakuri.launcher;

/** How the launcher speaks of failures: one line, the stack trace only when asked for. */
final class Errors {

    /** Nothing failed. */
    static final int DONE = 0;
    /** The command ran and failed. */
    static final int FAILED = 1;
    /** The command line makes no sense. */
    static final int USAGE = 2;

    private Errors() {}

    /** Prints one line, with {@code KAKURI_STACKTRACE=1} or {@code --stacktrace} also where it came from. */
    static int report(String message, Throwable failure, int code) {
        System.err.println("kakuri: " + message);
        if (failure != null && stackTraces()) {
            failure.printStackTrace();
        }
        return code;
    }

    static boolean stackTraces() {
        return Boolean.getBoolean("kakuri.stacktrace");
    }

    /** The message of a failure on one line, with that of its root cause, or its class where it has none. */
    static String reason(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root == failure ? line(failure) : line(failure) + "; cause: " + line(root);
    }

    private static String line(Throwable failure) {
        String message = failure.getMessage();
        return message == null || message.isBlank() ? failure.getClass().getName()
                : message.strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
