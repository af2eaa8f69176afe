package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Shows a job to an operator who waits for it. */
abstract class WatchDisplay implements AutoCloseable {
    /** Where messages are shown, and lines are redrawn. */
    final AdmContext context;

    private WatchDisplay(AdmContext context) {
        this.context = context;
    }

    /**
     * A redrawn line on a terminal, otherwise a line for each change, on standard error; with {@code jsonl} a JSON object
     * for each change on standard output.
     */
    static WatchDisplay of(AdmContext context, OutputFormat format) {
        if (format == OutputFormat.JSONL) {
            return new JsonLines(context);
        }
        return context.redrawnWidth().isPresent()
                ? new RedrawnLine(context, context.redrawnWidth().get())
                : new Lines(context);
    }

    /** Shows messages only. */
    static WatchDisplay none(AdmContext context) {
        return new WatchDisplay(context) {
            @Override
            void show(JsonNode job, JsonNode progress) {}

            @Override
            boolean showsProgress() {
                return false;
            }
        };
    }

    /** Whether the progress of the job is of use. */
    boolean showsProgress() {
        return true;
    }

    /**
     * Shows the job as it is now.
     *
     * @param job an answer of {@code GET /api/v1/jobs/ID}
     * @param progress an answer of {@code GET /api/v1/jobs/ID/progress}; missing if the job does not report it
     */
    abstract void show(JsonNode job, JsonNode progress);

    /** Shows a message. */
    void message(String text) {
        context.err().println(text);
    }

    @Override
    public void close() {}

    private static final class RedrawnLine extends WatchDisplay {
        private static final String ERASE = "\r\u001b[K";
        private final int width;

        RedrawnLine(AdmContext context, int width) {
            super(context);
            this.width = width;
        }

        @Override
        void show(JsonNode job, JsonNode progress) {
            // A line that fills the last column would wrap, and the next one would not replace it.
            draw(ERASE + ProgressLine.of(job, progress, context.clock().instant(), width - 1));
        }

        @Override
        void message(String text) {
            draw(ERASE);
            super.message(text);
        }

        @Override
        public void close() {
            draw(ERASE);
        }

        private void draw(String text) {
            context.err().print(text);
            context.err().flush();
        }
    }

    private static final class Lines extends WatchDisplay {
        private static final int UNLIMITED = 1000;
        private @Nullable Object shown;

        Lines(AdmContext context) {
            super(context);
        }

        /** The rates change all the time, so they alone are no change. */
        @Override
        void show(JsonNode job, JsonNode progress) {
            Object now = List.of(
                    job.path("state").asText(),
                    job.path("pass").asInt(),
                    progress.path("eta").path("percentDone").asInt(-1),
                    job.path("waiting").findValuesAsText("cause"));
            if (!now.equals(shown)) {
                shown = now;
                Instant at = context.clock().instant();
                context.err().println(Times.second(at) + "  " + ProgressLine.of(job, progress, at, UNLIMITED));
            }
        }
    }

    private static final class JsonLines extends WatchDisplay {
        private @Nullable JsonNode shown;

        JsonLines(AdmContext context) {
            super(context);
        }

        @Override
        void show(JsonNode job, JsonNode progress) {
            if (Objects.equals(job, shown)) {
                return;
            }
            shown = job;
            ObjectNode line = JsonNodeFactory.instance.objectNode();
            line.put("at", context.clock().instant().toString());
            line.set("job", job);
            if (!progress.isMissingNode()) {
                line.set("progress", progress);
            }
            context.out().println(line);
            context.out().flush();
        }
    }
}
