package org.kakuri.launcher;

import java.io.BufferedReader;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A small process that outlives a workbench that is killed, and then kills the programs that this one left running. It is told of
 * them through a FIFO in the workbench's directory (see Guardian in org.kakuri.platform.linux); when nobody has that open for
 * writing any more, the workbench is gone. Domain hosts end by themselves and are given time to. A process is killed,
 * with the group it leads, only if it started when the guardian was told it did: its number may be another one's by then.
 */
final class Guardian implements AutoCloseable {

    /** System property for whoever starts programs: path of the FIFO. */
    static final String FIFO = "kakuri.guardian";

    private static final String SCRIPT = """
            trap '' INT HUP TERM QUIT
            mkfifo -m 600 "$1" || exit 1
            echo ready
            cd /
            exec <"$1" >/dev/null 2>&1
            held=' '
            while read -r operation pid start; do
                case $operation in
                +) held="$held$pid:$start " ;;
                -)
                    case $held in
                    *" $pid:"*)
                        rest=${held#*" $pid:"}
                        held="${held%%" $pid:"*} ${rest#* }"
                        ;;
                    esac
                    ;;
                esac
            done
            # kills what is held still, in the first pass without domain hosts, which end by themselves
            end() {
                for entry in $held; do
                    pid=${entry%%:*}
                    { read -r stat <"/proc/$pid/stat"; } || continue
                    set -- "$1" ${stat##*) }
                    [ "${21}" = "${entry#*:}" ] || continue
                    [ "$1" = all ] || ! grep -q org.kakuri.launcher.Main "/proc/$pid/cmdline" || continue
                    kill -9 -"$pid" || kill -9 "$pid"
                done
            }
            [ "$held" = ' ' ] && exit
            end programs
            sleep 3
            end all
            """;

    private final FileOutputStream held;

    private Guardian(FileOutputStream held) {
        this.held = held;
    }

    /** Starts it, for the programs that this process will start. */
    static Guardian start(Path directory) throws IOException {
        Path fifo = directory.resolve("guardian");
        Process process = new ProcessBuilder("/bin/sh", "-c", SCRIPT, "kakuri-guardian", fifo.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        process.getOutputStream().close();
        try (BufferedReader out = process.inputReader()) {
            if (!"ready".equals(out.readLine())) {
                throw new IOException("/bin/sh cannot make the FIFO " + fifo);
            }
        }
        FileOutputStream writer = new FileOutputStream(fifo.toFile());
        System.setProperty(FIFO, fifo.toString());
        return new Guardian(writer);
    }

    /** From now on it looks after what is still there. */
    @Override
    public void close() throws IOException {
        held.close();
    }
}
