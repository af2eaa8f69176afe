package io.rebalancer.http.legacy;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.rebalancer.core.legacy.LegacyTask;
import io.rebalancer.http.server.Json;
import io.rebalancer.http.server.MalformedBody;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Reads the body of a POST (manta.md 3.1) token by token, and stops at the first task beyond the limit. Each structure may be
 * an object, or a list of its fields in the order of their declaration. Members that this class does not know are skipped.
 */
final class LegacyAssignmentReader {
    private static final List<String> PAYLOAD = List.of("id", "tasks");
    private static final List<String> TASK =
            List.of("object_id", "owner", "md5sum", "source", "status", "bucket_id", "object_name_hash");
    /** A list has no optional fields. */
    private static final int TASK_FIELDS_IN_LIST = 5;

    private static final List<String> SOURCE = List.of("datacenter", "manta_storage_id");

    private final JsonParser parser;
    private final int maxTasks;
    private Optional<UUID> id = Optional.empty();
    private Optional<List<LegacyTask>> tasks = Optional.empty();

    private LegacyAssignmentReader(JsonParser parser, int maxTasks) {
        this.parser = parser;
        this.maxTasks = maxTasks;
    }

    /** The body of a POST. */
    record Payload(UUID id, List<LegacyTask> tasks) {}

    /** The body is not a valid payload. */
    private static final class Undecodable extends Exception {
        private static final long serialVersionUID = 1L;

        Undecodable() {
            super("undecodable", null, false, false);
        }
    }

    /**
     * The payload; empty if the body is not a valid payload. The legacy agent gives no reason for that either.
     *
     * @throws MalformedBody if the assignment exceeds a limit of this agent
     */
    static Optional<Payload> read(String body, int maxTasks) throws MalformedBody {
        try (JsonParser parser = Json.parser(body)) {
            return Optional.of(new LegacyAssignmentReader(parser, maxTasks).payload());
        } catch (JsonProcessingException | Undecodable e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("a text in memory can't be read", e);
        }
    }

    /** Reads the value of a field; the parser is at the first token of the value, and then at its last. */
    @FunctionalInterface
    private interface FieldReader {
        void read(String field) throws IOException, Undecodable, MalformedBody;
    }

    private Payload payload() throws IOException, Undecodable, MalformedBody {
        parser.nextToken();
        structure(PAYLOAD, PAYLOAD.size(), this::payloadField);
        if (id.isEmpty() || tasks.isEmpty() || parser.nextToken() != null) {
            throw new Undecodable();
        }
        return new Payload(id.get(), tasks.get());
    }

    private void payloadField(String field) throws IOException, Undecodable, MalformedBody {
        if (field.equals("id")) {
            id = textValue().flatMap(LegacyUuids::parse);
        } else if (parser.currentToken() == JsonToken.START_ARRAY) {
            tasks = Optional.of(tasks());
        } else {
            throw new Undecodable();
        }
    }

    private List<LegacyTask> tasks() throws IOException, Undecodable, MalformedBody {
        List<LegacyTask> all = new ArrayList<>();
        Set<String> objects = new HashSet<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (all.size() == maxTasks) {
                throw new MalformedBody("the assignment has more than " + maxTasks
                        + " tasks; send several smaller assignments, or raise"
                        + " rebalancer.agent.max-tasks-per-assignment in the settings of this agent");
            }
            LegacyTask task = task();
            if (!objects.add(task.objectId())) {
                throw new Undecodable();
            }
            all.add(task);
        }
        return all;
    }

    private LegacyTask task() throws IOException, Undecodable, MalformedBody {
        Map<String, String> texts = new HashMap<>();
        structure(TASK, TASK_FIELDS_IN_LIST, field -> {
            if (field.equals("source")) {
                structure(SOURCE, SOURCE.size(), inSource -> putText(inSource, texts));
            } else {
                putText(field, texts);
            }
        });
        return new LegacyTask(
                required("object_id", texts),
                required("owner", texts),
                required("md5sum", texts),
                required("datacenter", texts),
                required("manta_storage_id", texts),
                Optional.ofNullable(texts.get("bucket_id")),
                Optional.ofNullable(texts.get("object_name_hash")));
    }

    private static String required(String field, Map<String, String> texts) throws Undecodable {
        return Optional.ofNullable(texts.get(field)).orElseThrow(Undecodable::new);
    }

    private void putText(String field, Map<String, String> texts) throws IOException, Undecodable, MalformedBody {
        if (field.equals("status")) {
            parser.skipChildren();
            return;
        }
        Optional<String> text = textValue();
        if (text.isPresent() && text.get().length() > LegacyTask.MAX_TEXT_CHARS) {
            throw new MalformedBody(field + " of a task has " + text.get().length() + " characters; the limit is "
                    + LegacyTask.MAX_TEXT_CHARS);
        }
        if (text.isPresent() && !isUnicode(text.get())) {
            throw new Undecodable();
        }
        text.ifPresent(value -> texts.put(field, value));
    }

    /** Half of a surrogate pair can be written as an escape in JSON, but neither stored nor sent back. */
    private static boolean isUnicode(String text) {
        return text.codePoints().noneMatch(each -> each >= Character.MIN_SURROGATE && each <= Character.MAX_SURROGATE);
    }

    /** The text at the parser, or empty if there is another value, which is skipped. */
    private Optional<String> textValue() throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
            return Optional.of(parser.getText());
        }
        parser.skipChildren();
        return Optional.empty();
    }

    /**
     * Reads an object, or a list of fields.
     *
     * @param inList how many of {@code fields} a list has; further elements are skipped
     */
    private void structure(List<String> fields, int inList, FieldReader reader)
            throws IOException, Undecodable, MalformedBody {
        if (parser.currentToken() == JsonToken.START_OBJECT) {
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String field = parser.currentName();
                parser.nextToken();
                readOrSkip(fields.contains(field), field, reader);
            }
        } else if (parser.currentToken() == JsonToken.START_ARRAY) {
            for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
                readOrSkip(i < inList, i < inList ? fields.get(i) : "", reader);
            }
        } else {
            throw new Undecodable();
        }
    }

    private void readOrSkip(boolean known, String field, FieldReader reader)
            throws IOException, Undecodable, MalformedBody {
        if (known && parser.currentToken() != JsonToken.VALUE_NULL) {
            reader.read(field);
        } else {
            parser.skipChildren();
        }
    }
}
