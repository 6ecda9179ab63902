package org.kakuri.shell.internal;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntBiFunction;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.kakuri.api.KakuriException;
import org.kakuri.api.UsageError;
import org.kakuri.api.command.Outcome;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Runs one command line for the launcher, {@code ./kakuri SCOPE:FUNCTION ARG...}, and turns its end into an exit code: 0
 * done, 1 failed, 2 wrong usage. The launcher finds it by the property {@code kakuri.oneshot}; its type is one of the JDK
 * so that they share no package. The first word is the command, the others are its arguments, passed as they are. What a
 * command that another process handed in has of its own is in the map: {@code out} and {@code err} (PrintStream), {@code
 * directory} (Path), {@code stackTrace} (Boolean). Nothing can be read by such a command.
 */
@Component(service = ToIntBiFunction.class, property = "kakuri.oneshot:Boolean=true")
public final class OneShot implements ToIntBiFunction<String[], Map<String, Object>> {

    private static final int DONE = 0;
    private static final int FAILED = 1;
    private static final int USAGE = 2;

    private final CommandProcessor processor;
    private final BundleContext context;

    @Activate
    public OneShot(@Reference CommandProcessor processor, BundleContext context) {
        this.processor = processor;
        this.context = context;
    }

    /**
     * The standard streams by their descriptors: Gogo has put its own, which lead back to the session, in System.out. They
     * are not closed, since the launcher may still have something to say.
     */
    @Override
    public int applyAsInt(String[] words, Map<String, Object> call) {
        boolean own = !call.containsKey("out");
        PrintStream out = own ? stream(FileDescriptor.out, "stdout.encoding") : (PrintStream) call.get("out");
        PrintStream err = own ? stream(FileDescriptor.err, "stderr.encoding") : (PrintStream) call.get("err");
        InputStream in = own ? new FileInputStream(FileDescriptor.in) : InputStream.nullInputStream();
        var run = new Run(in, out, err, !own, Optional.ofNullable((Path) call.get("directory")),
                Boolean.TRUE.equals(call.get("stackTrace")));
        int code = run(run, words);
        out.flush();
        err.flush();
        return code;
    }

    /**
     * What a command finds around it.
     *
     * @param handedIn whether another process handed the command in
     * @param directory what relative paths are relative to, if not the folder of this process
     * @param stackTrace whether a failure is shown with its stack trace
     */
    record Run(InputStream in, PrintStream out, PrintStream err, boolean handedIn, Optional<Path> directory,
            boolean stackTrace) {}

    private static PrintStream stream(FileDescriptor descriptor, String encoding) {
        Charset charset = Charset.forName(System.getProperty(encoding, "UTF-8"));
        return new PrintStream(new BufferedOutputStream(new FileOutputStream(descriptor)), true, charset);
    }

    int run(Run run, String... words) {
        String name = words[0];
        if (!served(name)) {
            run.err()
                    .println("kakuri: " + name
                            + " did not start: something it needs is missing; scr:list in ./kakuri tells what");
            return FAILED;
        }
        try (CommandSession session = processor.createSession(run.in(), run.out(), run.err())) {
            run.directory().ifPresent(session::currentDir);
            if (run.handedIn()) {
                GuestStreams.note(session, run.out(), run.err());
            }
            Object result = session.execute(line(session, words));
            String text = result == null ? "" : session.format(result, Converter.INSPECT).toString().stripTrailing();
            if (!text.isEmpty()) {
                run.out().println(text);
            }
            return result instanceof Outcome outcome ? outcome.exitCode() : DONE;
        } catch (Throwable e) {
            return failed(run, e instanceof InvocationTargetException && e.getCause() != null ? e.getCause() : e,
                    words);
        }
    }

    /** The arguments go through variables, so that no character in them means anything to the shell. */
    private static String line(CommandSession session, String[] words) {
        StringBuilder line = new StringBuilder(words[0]);
        for (int i = 1; i < words.length; i++) {
            session.put("_arg" + i, words[i]);
            line.append(" $_arg").append(i);
        }
        return line.toString();
    }

    private boolean served(String name) {
        int colon = name.indexOf(':');
        try {
            String filter = "(&(" + CommandProcessor.COMMAND_SCOPE + "=" + name.substring(0, colon) + ")("
                    + CommandProcessor.COMMAND_FUNCTION + "=" + name.substring(colon + 1) + "))";
            return context.getAllServiceReferences(null, FrameworkUtil.createFilter(filter).toString()) != null;
        } catch (InvalidSyntaxException e) {
            throw new IllegalArgumentException("'" + name + "' is no command name", e);
        }
    }

    private static int failed(Run run, Throwable failure, String[] words) {
        run.err().println("kakuri: " + message(failure, words));
        if (run.stackTrace()) {
            failure.printStackTrace(run.err());
        }
        return wrongUsage(failure) ? USAGE : FAILED;
    }

    private static boolean wrongUsage(Throwable failure) {
        return failure instanceof UsageError || failure instanceof IllegalArgumentException
                || failure.getClass().getSimpleName().equals("CommandNotFoundException");
    }

    private static String message(Throwable failure, String[] words) {
        String text = failure.getMessage();
        if (failure instanceof InterruptedException) {
            return words[0] + " was interrupted";
        }
        if (text == null || text.isBlank()) {
            return words[0] + " failed: " + failure.getClass().getName();
        }
        if (text.startsWith("Cannot coerce ")) {
            int accepted = text.indexOf(" to any of ");
            return words[0] + " does not take the arguments " + Arrays.asList(words).subList(1, words.length)
                    + (accepted < 0 ? "" : "; it takes " + text.substring(accepted + " to any of ".length()));
        }
        String line = text.strip().replaceAll("\\s*\\R\\s*", " ");
        return failure instanceof KakuriException known && !known.remedy().isEmpty() ? line + "; " + known.remedy()
                : line;
    }
}
