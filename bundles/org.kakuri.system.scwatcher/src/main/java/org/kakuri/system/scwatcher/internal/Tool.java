package org.kakuri.system.scwatcher.internal;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** An intrusion detection tool of Debian, as experiments run it on a guest. */
enum Tool {
    /** Lists processes. */
    PS(List.of("ps", "-ef"), false) {
        @Override
        Optional<String> wrong(String output) {
            return output.contains("/bin/busybox sh /init") ? Optional.empty() : Optional.of(tail(output));
        }
    },
    /** Lists sockets. */
    NETSTAT(List.of("netstat", "-an"), false) {
        @Override
        Optional<String> wrong(String output) {
            return output.contains("127.0.0.1:80 ") ? Optional.empty() : Optional.of(tail(output));
        }
    },
    /** chkrootkit's check of tcpd; the guest's is infected. */
    TCPD(List.of("chkrootkit", "-r", Tool.FILES, "tcpd"), true) {
        @Override
        Optional<String> wrong(String output) {
            return output.contains("INFECTED") ? Optional.empty() : Optional.of(tail(output));
        }
    };

    /** Stands for the folder with the guest's files. */
    static final String FILES = "FILES";

    /** A tcpd with one of the strings that chkrootkit looks for, and nothing else: no program. */
    static final Map<String, byte[]> INFECTED = Map.of("usr/sbin/tcpd",
            "not a program: p1r0c4 is what the check looks for\n".getBytes(StandardCharsets.US_ASCII));

    private static final int TAIL = 200;

    private final List<String> argv;
    private final boolean files;

    Tool(List<String> argv, boolean files) {
        this.argv = argv;
        this.files = files;
    }

    /** Returns whether it needs the guest's files. */
    boolean files() {
        return files;
    }

    /** Returns program and arguments. */
    List<String> argv(String folder) {
        return argv.stream().map(word -> word.equals(FILES) ? folder : word).toList();
    }

    /** Says what is wrong with its output. */
    abstract Optional<String> wrong(String output);

    Function<String, Optional<String>> check() {
        return this::wrong;
    }

    private static String tail(String output) {
        return output.substring(Math.max(0, output.length() - TAIL));
    }
}
