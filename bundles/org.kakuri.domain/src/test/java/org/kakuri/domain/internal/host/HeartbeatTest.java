package org.kakuri.domain.internal.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.domain.internal.wire.ProtocolViolation;

@Timeout(30)
class HeartbeatTest {
    private final Heartbeat heartbeat = new Heartbeat(2);

    @Test
    void hangsAfterAsManyUnansweredQuestionsAsTheLimitSays() {
        heartbeat.asked(true);
        assertTrue(heartbeat.missed());
        assertFalse(heartbeat.isHung());
        heartbeat.asked(false);
        assertTrue(heartbeat.missed());
        assertTrue(heartbeat.isHung());
    }

    @Test
    void startsAgainWhenSomethingIsHeard() {
        heartbeat.asked(true);
        heartbeat.missed();
        heartbeat.heard();

        assertFalse(heartbeat.missed());
        heartbeat.asked(true);
        heartbeat.missed();
        assertEquals(1, heartbeat.unanswered());
        assertFalse(heartbeat.isHung());
    }

    @Test
    void refusesAnAnswerToAQuestionNotAsked() {
        heartbeat.asked(true);
        heartbeat.answered(1);

        assertEquals("an answer to a question not asked: number=2, asked=1",
                assertThrows(ProtocolViolation.class, () -> heartbeat.answered(2)).getMessage());
        assertThrows(ProtocolViolation.class, () -> heartbeat.answered(0));
    }
}
