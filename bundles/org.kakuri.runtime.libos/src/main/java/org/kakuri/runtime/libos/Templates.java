package org.kakuri.runtime.libos;

import java.io.IOException;
import java.util.IdentityHashMap;
import java.util.Map;
import org.kakuri.api.Unsupported;
import org.kakuri.runtime.libos.image.ProgramClosure;

/** The pages of a session's programs, read once for each and kept ready: mode fast. Thread-safe. */
public final class Templates implements AutoCloseable {
    private static final int MOST = 64;
    private final Map<ProgramClosure, Image> images = new IdentityHashMap<>();
    private final UnwrittenPages looked;
    private boolean closed;

    /** Begins with none. */
    public Templates() {
        try {
            looked = new UnwrittenPages();
        } catch (IOException e) {
            throw new Unsupported("this process cannot look at its own pages: " + e.getMessage(), "use --mode fidelity",
                    e);
        }
    }

    /**
     * Returns a program's image with its pages kept ready.
     *
     * @throws org.kakuri.api.Refused if a file cannot be read
     */
    public synchronized Image of(ProgramClosure program) {
        if (closed) {
            return Image.of(program);
        }
        if (images.size() > MOST) {
            forget();
        }
        return images.computeIfAbsent(program, _ -> {
            Image image = Image.of(program);
            return image.bytes() == 0 ? image : image.with(PageTemplate.of(image, looked));
        });
    }

    private void forget() {
        images.values().forEach(image -> image.template().ifPresent(PageTemplate::close));
        images.clear();
    }

    @Override
    public synchronized void close() {
        closed = true;
        forget();
        try {
            looked.close();
        } catch (IOException e) {
            System.getLogger(Templates.class.getName()).log(System.Logger.Level.WARNING, "pagemap stays open", e);
        }
    }
}
