package org.kakuri.system.tzmediator.internal.process;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;

/** Command lines of Java children: this process's java, and the jars that the given classes come from as class path. */
public final class JavaProgram {
    private JavaProgram() {}

    /** Returns the java that runs this process. */
    public static Path executable() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    /**
     * Returns everything before the program's own arguments.
     *
     * @param options of the virtual machine
     * @param main class with a main method
     * @param needed a class of each further jar
     */
    public static List<String> leading(List<String> options, Class<?> main, Class<?>... needed) {
        List<String> arguments = new ArrayList<>(options);
        arguments.add("-cp");
        arguments.add(Stream.concat(Stream.of(main), Stream.of(needed))
                .map(c -> home(c).toString())
                .distinct()
                .collect(Collectors.joining(":")));
        arguments.add(main.getName());
        return arguments;
    }

    /** A jar, or a folder of classes when there is no framework around. */
    private static Path home(Class<?> type) {
        Bundle bundle = FrameworkUtil.getBundle(type);
        String location = bundle != null
                ? bundle.getLocation().replaceFirst("^reference:", "")
                : type.getProtectionDomain().getCodeSource().getLocation().toString();
        try {
            Path home = location.startsWith("file:") ? Path.of(new URI(location)) : Path.of(location);
            if (Files.exists(home)) {
                return home;
            }
        } catch (URISyntaxException | IllegalArgumentException notAFile) {
            throw new IllegalStateException("cannot start a child process: " + type.getName() + " comes from "
                    + location + ", which is no file", notAFile);
        }
        throw new IllegalStateException(
                "cannot start a child process: " + location + " is gone, from where " + type.getName() + " came");
    }
}
