package org.kakuri.launcher;

import java.io.BufferedReader;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;

/**
 * A small process that outlives a workbench that is killed, and then kills the programs that this one left running and deletes its
 * sockets. It is told of
 * them through a FIFO in the workbench's directory (see Guardian in org.kakuri.platform.linux); when nobody has that open for
 * writing any more, the workbench is gone. Domain hosts end by themselves and are given time to. A process is killed,
 * with the group it leads, only if it started when the one did that the guardian was told of: its number may be another one's by
 * then.
 */
final class Guardian implements AutoCloseable {

    /** System property for whoever starts programs: path of the FIFO. */
    static final String FIFO = "kakuri.guardian";

    /** Its argument is where it makes the FIFO. */
    static final String SCRIPT = """
            trap '' INT HUP TERM QUIT
            mkfifo -m 600 "$1" || exit 1
            echo ready
            # held open for writing until the workbench says that it has opened it too: opening never waits, and no end is missed
            exec 4<>"$1"
            read -r opened || exit
            exec <"$1" >/dev/null 2>&1
            exec 4>&-
            cd /
            held=' '
            sockets=
            while read -r operation pid; do
                case $operation in
                +) { read -r stat <"/proc/$pid/stat"; } && set -- ${stat##*) } && held="$held$pid:${20} " ;;
                -)
                    case $held in
                    *" $pid:"*)
                        rest=${held#*" $pid:"}
                        held="${held%%" $pid:"*} ${rest#* }"
                        ;;
                    esac
                    ;;
                s)
                    sockets="$sockets$pid
            "
                    ;;
                esac
            done
            printf %s "$sockets" | while read -r socket; do [ -S "$socket" ] && rm -f "$socket"; done
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
        try (BufferedReader out = process.inputReader(); Writer in = process.outputWriter()) {
            if (!"ready".equals(out.readLine())) {
                throw new IOException("/bin/sh cannot make the FIFO " + fifo);
            }
            FileOutputStream writer = new FileOutputStream(fifo.toFile());
            in.write("opened\n");
            System.setProperty(FIFO, fifo.toString());
            return new Guardian(writer);
        }
    }

    /** From now on it looks after what is still there. */
    @Override
    public void close() throws IOException {
        held.close();
    }
}
