package io.rebalancer.cluster.process;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class JsonLineEncoderTest {
    private static JsonNode line(String message, Object... arguments) throws IOException {
        Logger logger = new LoggerContext().getLogger("io.rebalancer.Some");
        byte[] bytes =
                new JsonLineEncoder().encode(new LoggingEvent("caller", logger, Level.WARN, message, null, arguments));
        assertThat(bytes).endsWith((byte) '\n');
        return new ObjectMapper().readTree(bytes);
    }

    @Test
    void idsInTheMessageBecomeMembers() throws IOException {
        JsonNode line = line("job={} assignment={} copies={} given up: the \"disk\"\nis full", "j-1", "a-2", 7);
        assertThat(line.path("job").asText()).isEqualTo("j-1");
        assertThat(line.path("assignment").asText()).isEqualTo("a-2");
        assertThat(line.path("level").asText()).isEqualTo("WARN");
        assertThat(line.path("message").asText()).contains("copies=7 given up: the \"disk\"\nis full");
        assertThat(line.has("copies")).isFalse();
    }

    @Test
    void anExceptionIsWrittenWithItsStackTrace() throws IOException {
        JsonNode line = line("it broke", new IllegalStateException("no more"));
        assertThat(line.path("exception").asText()).contains("IllegalStateException: no more", "JsonLineEncoderTest");
    }
}
