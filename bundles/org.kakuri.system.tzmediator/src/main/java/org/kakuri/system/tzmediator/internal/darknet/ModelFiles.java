package org.kakuri.system.tzmediator.internal.darknet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.kakuri.system.tzmediator.internal.TrustedProgram;
import org.kakuri.system.tzmediator.internal.darknet.net.Digits.Digit;
import org.kakuri.system.tzmediator.internal.darknet.net.Inputs;
import org.kakuri.system.tzmediator.internal.darknet.net.LeNet;
import org.kakuri.system.tzmediator.internal.darknet.net.ModelPart;
import org.kakuri.system.tzmediator.internal.process.ShadowProcess;

/** The files that the clients of one trial read, in its scratch folder. */
final class ModelFiles {
    private static final String NO_KEY = "-";

    private final Path folder;
    private final ModelPart model;
    private final int split;
    private final String whole;
    private final String head;
    private final String tail;
    private final String inputs;

    /** Writes the parts of the model, and the inputs with the logits that the unsplit network gives. */
    ModelFiles(Path folder, ModelPart model, int split, List<Digit> digits) {
        this.folder = folder;
        this.model = model;
        this.split = split;
        this.whole = write("whole", model.encode());
        this.head = write("head", model.part(0, split).encode());
        this.tail = write("tail", tail());
        this.inputs = write("inputs", Inputs.encode(model, digits));
    }

    /** Returns the arguments of a client that has no partner. */
    List<String> unsplit() {
        return List.of(whole, NO_KEY, NO_KEY, inputs);
    }

    /** Returns the arguments of a client that offers its partner the other layers as they are. */
    List<String> plain() {
        return List.of(head, tail, NO_KEY, inputs);
    }

    /** Returns the arguments of a client that offers layers which {@link #sealed} encrypts before he does. */
    List<String> encrypted(String arm) {
        return List.of(head, folder.resolve(arm + ".tail").toString(), folder.resolve(arm + ".key").toString(),
                inputs);
    }

    /** Returns the TA. */
    static TrustedProgram trusted(Path module) {
        return new TrustedProgram(module, List.of("ta_darknet", "infer", "" + ShadowProcess.READS,
                "" + ShadowProcess.WRITES), session -> {});
    }

    /** Returns the TA, which gets a key of its own sealed before it starts. */
    TrustedProgram sealed(Path module, String arm) {
        TrustedProgram plain = trusted(module);
        return new TrustedProgram(module, plain.argv(), session -> {
            ModelKey key = new ModelKey();
            write(arm + ".tail", key.encrypt(tail()));
            write(arm + ".key", Provisioning.seal(session, key.bytes()));
        });
    }

    private byte[] tail() {
        return model.part(split, LeNet.LAYERS).encode();
    }

    private String write(String name, byte[] content) {
        try {
            return Files.write(folder.resolve(name), content).toString();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + folder.resolve(name), e);
        }
    }
}
