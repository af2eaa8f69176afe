package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Instant;

/** Jobs as text for people. */
final class JobText {

    private JobText() {}

    /** The table of {@code GET /api/v1/jobs}. */
    static Table table(Clock clock) {
        Instant now = clock.instant();
        return new Table()
                .text("JOB", "id")
                .text("STATE", job -> Figures.words(WaitTarget.stateOf(job)))
                .text("NODE", "leavingNode")
                .number("MOVED", "relocated")
                .text("CREATED", job -> Times.minute(job.path("createdAt").asText("-")))
                .text("AGE", job -> Times.age(job.path("createdAt").asText(), now))
                .note(job -> job.path("reason").asText());
    }

    /** The state and the counts in one line. */
    static String summary(JsonNode job) {
        long left = job.path("skipped").asLong() + job.path("failed").asLong();
        return Figures.words(WaitTarget.stateOf(job)) + ": "
                + Figures.count(job.path("relocated").asLong()) + " records moved, "
                + Figures.count(left) + " left"
                + (job.has("reason") ? "; " + job.path("reason").asText() : "");
    }

    /**
     * Prints how the wait for a job ended, and what to do next.
     *
     * @param end the exit code of the wait
     */
    static void report(PrintWriter out, JobWatch watch, ExitCode end, WaitTarget target) {
        JsonNode job = watch.job();
        String id = watch.id();
        out.println("job " + id + " is " + summary(job));
        if (end == ExitCode.BLOCKED) {
            JobWaits.print(out, job, watch.now());
            out.println("it is not " + target + " yet, and continues. To follow it: " + LegacyUsage.PROGRAM
                    + " job watch " + id);
        } else if (!target.isReachedBy(job)) {
            out.println("it has ended, and does not become " + target + " any more");
        } else if (end == ExitCode.EXCEPTIONS) {
            out.println("the records that stay: " + LegacyUsage.PROGRAM + " job exceptions " + id);
        }
    }

    /** Prints an answer of {@code GET /api/v1/jobs/ID}. */
    static void print(PrintWriter out, JsonNode job, Instant now) {
        line(out, "job", job.path("id").asText());
        line(out, "state", Figures.words(WaitTarget.stateOf(job)));
        if (job.has("reason")) {
            line(out, "reason", job.path("reason").asText());
        }
        line(
                out,
                "empties",
                job.path("leavingNode").asText() + " (" + job.path("datacenter").asText() + ")");
        line(out, "pass", job.path("pass").asText());
        count(out, "found", job, "discovered");
        line(
                out,
                "moved",
                Figures.count(job.path("relocated").asLong()) + ", "
                        + Figures.bytes(job.path("bytes").asLong()));
        count(out, "in flight", job, "inFlight");
        count(out, "superseded", job, "superseded");
        count(out, "deleted", job, "gone");
        count(out, "duplicates", job, "duplicate");
        line(out, "skipped", counts(job, "skipped", "skippedBy"));
        line(out, "failed", counts(job, "failed", "failedBy"));
        count(out, "orphans", job, "orphanedCopies");
        JsonNode actions = job.path("actions");
        if (!actions.isEmpty()) {
            StringBuilder words = new StringBuilder();
            actions.forEach(each -> words.append(words.isEmpty() ? "" : ", ").append(each.asText()));
            line(out, "you can", words.toString());
        }
        JobWaits.print(out, job, now);
    }

    private static String counts(JsonNode job, String member, String breakdown) {
        StringBuilder text = new StringBuilder(Figures.count(job.path(member).asLong()));
        job.path(breakdown)
                .properties()
                .forEach(each -> text.append(", ")
                        .append(each.getKey())
                        .append(' ')
                        .append(Figures.count(each.getValue().asLong())));
        return text.toString();
    }

    private static void count(PrintWriter out, String name, JsonNode job, String member) {
        line(out, name, Figures.count(job.path(member).asLong()));
    }

    private static void line(PrintWriter out, String name, String value) {
        out.printf("%-12s%s%n", name, value);
    }
}
