package io.rebalancer.cluster.process;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Encodes each log event as one line of JSON, for log collectors. Ids that the message contains as {@code job=ID},
 * {@code assignment=ID} and so on are also separate members. Enabled by
 * {@code -Dlogback.configurationFile=logback-json.xml}.
 *
 * <p>The names of the members are an API: {@code time}, {@code level}, {@code logger}, {@code thread}, {@code message},
 * {@code exception} and the ids. Logback's own {@code JsonEncoder} can't produce them. Its names are fixed, it writes
 * the time as a number, key-value pairs as a nested list and exceptions as a tree of frames. Ids are taken from the
 * message rather than from SLF4J key-value pairs, so that the text log and the JSON log show the same ids.
 */
public final class JsonLineEncoder extends EncoderBase<ILoggingEvent> {
    private static final Pattern ID =
            Pattern.compile("\\b(job|assignment|agent|object|member|epoch|pass|journal)=([^\\s,]+)");
    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    public byte[] headerBytes() {
        return new byte[0];
    }

    @Override
    public byte[] footerBytes() {
        return new byte[0];
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        Map<String, String> line = new LinkedHashMap<>();
        line.put("time", event.getInstant().toString());
        line.put("level", event.getLevel().toString());
        line.put("logger", event.getLoggerName());
        line.put("thread", event.getThreadName());
        line.put("message", event.getFormattedMessage());
        Matcher ids = ID.matcher(String.valueOf(event.getFormattedMessage()));
        while (ids.find()) {
            line.putIfAbsent(ids.group(1), ids.group(2));
        }
        if (event.getThrowableProxy() != null) {
            line.put("exception", ThrowableProxyUtil.asString(event.getThrowableProxy()));
        }
        try {
            return (JSON.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a map of strings could not be written as JSON", e);
        }
    }
}
