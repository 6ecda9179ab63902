package org.kakuri.platform.vm.internal.boot;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Unsupported;
import org.kakuri.platform.vm.internal.kernel.ElfFile;

/**
 * The file system that a guest boots into: busybox, a few daemons, and this machine's own ps and netstat, so that the guest can
 * be asked what it sees itself. Its init obeys lines that come over the console.
 */
public final class GuestRoot {
    /** What init writes to the console when everything runs. */
    public static final String READY = "kakuri: the guest is ready";

    /** Host name of the guest. */
    public static final String HOST_NAME = "guest";

    private static final List<String> ORACLES = List.of("/bin/ps", "/usr/bin/ps", "/bin/netstat", "/usr/bin/netstat");
    private static final List<String> BUSYBOX = List.of("/bin/busybox", "/usr/bin/busybox", "/bin/busybox-static");

    /** Listeners on the loopback interface only. */
    private static final List<String> DAEMONS = List.of("syslogd -R 127.0.0.1:5140", "crond",
            "httpd -p 127.0.0.1:80 -u 33:33 -h /srv", "telnetd -b 127.0.0.1 -l /bin/sh",
            "nc -ll -p 4444 -e /bin/cat >/dev/null 2>&1 &");

    private GuestRoot() {}

    /**
     * Makes the initramfs.
     *
     * @param setup lines of shell before readiness
     * @param more more files, by path
     * @throws Unsupported if this machine has no static busybox
     */
    public static byte[] initramfs(List<String> setup, Map<String, byte[]> more) {
        try {
            return archive(content(setup, more));
        } catch (IOException e) {
            throw new KakuriException("cannot make an initramfs: " + e.getMessage(), "", e);
        }
    }

    private static Map<String, byte[]> content(List<String> setup, Map<String, byte[]> more) throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("init", init(setup).getBytes(StandardCharsets.UTF_8));
        files.put("bin/busybox", Files.readAllBytes(busybox()));
        files.put("etc/passwd", text("root:x:0:0:root:/:/bin/sh", "www-data:x:33:33:www-data:/srv:/bin/false",
                "nobody:x:65534:65534:nobody:/:/bin/false"));
        files.put("etc/group", text("root:x:0:", "www-data:x:33:", "nogroup:x:65534:"));
        files.put("etc/nsswitch.conf", text("passwd: files", "group: files", "hosts: files"));
        files.put("etc/hosts", text("127.0.0.1 localhost"));
        files.put("srv/index.html", text("a page of the guest"));
        for (String program : ORACLES) {
            Path path = Path.of(program);
            if (Files.isExecutable(path) && !Files.isSymbolicLink(path.getParent())) {
                addProgram(path, files);
            }
        }
        more.forEach((path, bytes) -> files.put(path.startsWith("/") ? path.substring(1) : path, bytes));
        return files;
    }

    /** Real programs live in /real, beside busybox's of the same name. */
    private static void addProgram(Path program, Map<String, byte[]> files) throws IOException {
        var needed = HostProgram.files(program);
        if (needed.isPresent()) {
            for (var file : needed.get().entrySet()) {
                boolean itself = file.getValue().equals(program);
                String path = itself ? "real/" + program.getFileName() : file.getKey().substring(1);
                files.put(path, Files.readAllBytes(file.getValue()));
            }
        }
    }

    private static Path busybox() throws IOException {
        for (String candidate : BUSYBOX) {
            Path path = Path.of(candidate);
            if (Files.isExecutable(path) && ElfFile.read(Files.readAllBytes(path)).interpreter().isEmpty()) {
                return path;
            }
        }
        throw new Unsupported("no statically linked busybox in " + BUSYBOX,
                "./kakuri provision installs busybox-static, on Debian");
    }

    private static byte[] archive(Map<String, byte[]> files) {
        Newc archive = new Newc();
        SortedSet<String> folders = new TreeSet<>(List.of("dev", "proc", "sys", "tmp", "run", "var", "var/log",
                "var/spool", "var/spool/cron", "var/spool/cron/crontabs", "root"));
        files.keySet().forEach(path -> {
            for (Path up = Path.of(path).getParent(); up != null; up = up.getParent()) {
                folders.add(up.toString());
            }
        });
        folders.forEach(archive::folder);
        archive.characterDevice("dev/console", 0600, 5, 1);
        files.forEach((path, bytes) -> archive.file(path, path.startsWith("etc/") ? 0644 : 0755, bytes));
        return archive.archive();
    }

    private static String init(List<String> setup) {
        List<String> lines = new ArrayList<>(List.of("#!/bin/busybox sh", "export PATH=/bin:/sbin:/real LC_ALL=C",
                "/bin/busybox --install -s /bin", "mount -t proc proc /proc", "mount -t sysfs sysfs /sys",
                "mount -t devtmpfs devtmpfs /dev 2>/dev/null", "mkdir -p /dev/pts",
                "mount -t devpts devpts /dev/pts", "mount -t tmpfs -o mode=1777 tmpfs /tmp",
                "hostname " + HOST_NAME, "ip link set lo up", "stty -F /dev/console -echo -onlcr 2>/dev/null"));
        lines.addAll(DAEMONS);
        lines.addAll(setup);
        lines.add("echo '" + READY + "'");
        // Other than sh's own loop this one starts nothing for a command of busybox.
        lines.add("while true; do IFS= read -r line && eval \"$line\"; done </dev/console >/dev/console 2>&1");
        return String.join("\n", lines) + "\n";
    }

    private static byte[] text(String... lines) {
        return (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
