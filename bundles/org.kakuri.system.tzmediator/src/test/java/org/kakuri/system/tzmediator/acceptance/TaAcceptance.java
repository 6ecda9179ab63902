package org.kakuri.system.tzmediator.acceptance;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.kakuri.system.tzmediator.acceptance.Check.Case;
import org.kakuri.system.tzmediator.acceptance.Check.Skipped;

/**
 * Ordinary programs as CAs of TAs that a real workbench runs, and what everybody sees when one of the processes involved is killed
 * with SIGKILL: the classes whose names end with Cases are the tables. This process is made the one that orphans are handed
 * to, so that none is overlooked.
 *
 * <p>
 * Run from its source file, with the JDK alone: {@code TaAcceptance HOME [--report XML] [PATTERN]}; the pattern is looked for in the cases' names. Exit code 1 if something is
 * not as it has to be.
 */
final class TaAcceptance {
    private static final int PR_SET_CHILD_SUBREAPER = 36;

    private final Site site;
    private final String wanted;
    private final Map<String, String> results = new LinkedHashMap<>();

    private TaAcceptance(Site site, String wanted) {
        this.site = site;
        this.wanted = wanted;
    }

    public static void main(String[] arguments) throws Exception {
        List<String> words = new ArrayList<>(List.of(arguments));
        Optional<Path> report = Optional.empty();
        int at = words.indexOf("--report");
        if (at >= 0) {
            report = Optional.of(Path.of(words.get(at + 1)));
            words.subList(at, at + 2).clear();
        }
        adoptOrphans();
        var acceptance = new TaAcceptance(new Site(Path.of(words.getFirst()).toAbsolutePath()),
                words.size() > 1 ? words.get(1) : "");
        boolean well;
        try {
            well = acceptance.all();
        } finally {
            ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
        }
        if (report.isPresent()) {
            acceptance.report(report.get());
        }
        System.exit(well ? 0 : 1);
    }

    @SuppressWarnings("restricted")
    private static void adoptOrphans() throws IOException {
        Linker linker = Linker.nativeLinker();
        var prctl = linker.downcallHandle(linker.defaultLookup().findOrThrow("prctl"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG),
                Linker.Option.firstVariadicArg(1));
        try {
            if ((int) prctl.invokeExact(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L) != 0) {
                throw new IOException("prctl(PR_SET_CHILD_SUBREAPER) failed");
            }
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean all() throws Exception {
        site.start();
        new OrdinaryCases(site).all().forEach(this::attempt);
        new SignalCases(site).all().forEach(this::attempt);
        new StartCases(site).all().forEach(this::attempt);
        new SharedMemoryCases(site).all().forEach(this::attempt);
        new HostileShadowCases(site).all().forEach(this::attempt);
        new KilledCases(site).all().forEach(this::attempt);
        return results.values().stream().allMatch(result -> result.isEmpty() || result.startsWith("skipped"));
    }

    private void attempt(String name, Case body) {
        if (!Pattern.compile(wanted).matcher(name).find()) {
            return;
        }
        String result = "";
        try {
            body.run();
            site.nothingRemains();
        } catch (Skipped e) {
            result = "skipped: " + e.getMessage();
        } catch (Exception | AssertionError e) {
            result = (e.getMessage() == null ? e.toString() : e.getMessage()).strip().replaceAll("\\s*\\R\\s*", " | ");
            try {
                site.others().forEach(ProcessHandle::destroyForcibly);
                if (!site.workbench().isAlive()) {
                    site.start();
                }
            } catch (Exception again) {
                result += "; and no workbench starts: " + again.getMessage();
            }
        }
        results.put(name, result);
        System.out.printf("%-7s %s%n", result.isEmpty() ? "ok" : result.startsWith("skipped") ? "skipped" : "FAILED",
                result.isEmpty() || result.startsWith("skipped") ? name : name + ": " + result);
    }

    private void report(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        StringBuilder text = new StringBuilder("<testsuite>\n");
        results.forEach((name,
                result) -> text.append("<testcase classname=\"%s\" name=\"%s\">%s</testcase>%n".formatted(
                        TaAcceptance.class.getName(), escaped(name), result.isEmpty() ? ""
                                : "<%s message=\"%s\"/>".formatted(result.startsWith("skipped") ? "skipped" : "failure",
                                        escaped(result)))));
        Files.writeString(file, text.append("</testsuite>\n"));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;").replaceAll("\\p{Cntrl}", "?");
    }
}
