package org.kakuri.system.tzmediator.internal.darknet.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.system.tzmediator.internal.darknet.net.Digits.Digit;
import org.kakuri.system.tzmediator.internal.process.GuestFiles;
import org.kakuri.system.tzmediator.internal.process.GuestFolder;

/** The recipe in small; {@code train.sh --check} runs it whole. */
@Timeout(60)
class TrainerTest {
    private final List<Digit> few = new Digits(Trainer.TRAINING_SEED).take(100);

    @Test
    void givesTheSameBitsAgain() {
        assertEquals(Trainer.train(few, 1, 0.01f), Trainer.train(few, 1, 0.01f));
    }

    @Test
    void learns() {
        List<Digit> held = new Digits(Trainer.HELD_OUT_SEED).take(200);
        double before = Trainer.accuracy(Trainer.train(few, 0, 0.01f), held);
        double after = Trainer.accuracy(Trainer.train(new Digits(Trainer.TRAINING_SEED).take(600), 2, 0.01f), held);
        assertTrue(before < 0.3, "before " + before);
        assertTrue(after > 0.7, "after " + after);
    }

    @Test
    void gaveTheCommittedWeightsWhichTellHeldOutDigitsRight() {
        GuestFiles files = new GuestFiles(Path.of("../../workspace"), GuestFolder.DARKNET);
        ModelPart model = ModelPart.decode(files.content("lenet.weights"));
        assertEquals(0.996, Trainer.accuracy(model, new Digits(Trainer.HELD_OUT_SEED).take(2_000)), 1e-9,
                "as train.sh printed when they were trained");
    }
}
