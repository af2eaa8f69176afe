package io.rebalancer.playground;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rebalancer.playground.console.ByteSizes;
import io.rebalancer.playground.moray.ExactJson;
import io.rebalancer.playground.region.RegionVerifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The result of a run and of its verification.
 *
 * @param job the manager's view of the job in its terminal phase
 * @param seconds time from the creation of the job to its end
 * @param orphans copies that no record names, as the managers recorded them
 * @param fetchedAgain fetches beyond the first one of each object
 * @param violations faults in the region and contradictions in the job's own counts, one line each
 */
record RunReport(
        JsonNode job,
        double seconds,
        RegionVerifier.Verified verified,
        int orphans,
        List<KillRecord> kills,
        long fetchedAgain,
        List<String> violations) {
    /** Outcomes of a record, by their member in the API's view of a job. */
    static final List<String> OUTCOMES = List.of("relocated", "superseded", "gone", "skipped", "failed", "duplicate");

    /** Compares the counts that the job reports with what the verification found. */
    static RunReport of(
            JsonNode job,
            double seconds,
            long expectedRecords,
            RegionVerifier.Verified verified,
            CopyAudit.Result copies,
            List<KillRecord> kills,
            int missedKills,
            long fetchedAgain) {
        List<String> violations = new ArrayList<>(verified.violations());
        violations.addAll(copies.violations());
        if (!job.path("state").asText().equals("DONE")) {
            violations.add("the job ended in phase " + job.path("state").asText() + ": "
                    + job.path("reason").asText());
        }
        long sum = sumOfOutcomes(job);
        long discovered = job.path("discovered").asLong();
        if (sum != discovered) {
            violations.add("the outcomes add up to " + sum + ", but " + discovered + " records were discovered");
        }
        if (discovered != expectedRecords) {
            violations.add("the job discovered " + discovered + " records, but " + expectedRecords
                    + " named the leaving node before the job started");
        }
        if (missedKills > 0) {
            violations.add("the job ended before " + missedKills + " planned kill(s) were due; increase --objects");
        }
        long allowed = kills.stream().mapToLong(KillRecord::inFlight).sum();
        if (fetchedAgain > allowed) {
            violations.add(fetchedAgain + " fetches were repeated, but only the " + allowed
                    + " objects in flight at the kills may be fetched twice");
        }
        return new RunReport(job, seconds, verified, copies.orphans(), kills, fetchedAgain, violations);
    }

    /** Sum of all outcomes in the API's view of a job, or in a report. */
    static long sumOfOutcomes(JsonNode job) {
        return OUTCOMES.stream().mapToLong(name -> job.path(name).asLong()).sum();
    }

    /** The content of {@code report.json}. */
    ObjectNode toJson() {
        ObjectNode json = ExactJson.MAPPER.createObjectNode();
        json.set("job", job.path("id"));
        json.set("state", job.path("state"));
        json.set("leavingNode", job.path("leavingNode"));
        json.set("discovered", job.path("discovered"));
        OUTCOMES.forEach(name -> json.set(name, job.path(name)));
        json.set("bytes", job.path("bytes"));
        json.put("seconds", Math.round(seconds * 100) / 100.0);
        json.putObject("verified")
                .put("records", verified.records())
                .put("files", verified.files())
                .put("digests", verified.digests());
        ArrayNode list = json.putArray("violations");
        violations.forEach(list::add);
        json.put("fetchedAgain", fetchedAgain);
        json.put("orphans", orphans);
        ArrayNode killed = json.putArray("kills");
        kills.forEach(kill -> killed.addObject()
                .put("process", kill.node())
                .put("signal", "SIGKILL")
                .put("pid", kill.pid())
                .put("settled", kill.settled())
                .put("inFlight", kill.inFlight()));
        return json;
    }

    /** The summary for a person, line by line. */
    List<String> table() {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add(row("job", job.path("id").asText()));
        lines.add(row("state", job.path("state").asText()));
        lines.add(row("emptied node", job.path("leavingNode").asText()));
        lines.add(row("discovered", number("discovered")));
        for (String name : OUTCOMES) {
            lines.add(row("  " + name, number(name)));
        }
        lines.add(row(
                "copied",
                String.format(
                        Locale.ROOT,
                        "%s in %.1f s (%.0f objects/s)",
                        ByteSizes.format(job.path("bytes").asLong()),
                        seconds,
                        job.path("discovered").asLong() / Math.max(seconds, 0.001))));
        kills.forEach(kill -> lines.add(row(
                "killed",
                kill.node() + " (SIGKILL, pid " + kill.pid() + ") at " + kill.settled() + " records, " + kill.inFlight()
                        + " in flight")));
        if (!kills.isEmpty()) {
            lines.add(row("fetched again", String.format(Locale.ROOT, "%,d", fetchedAgain)));
        }
        lines.add(row(
                "verified",
                String.format(
                        Locale.ROOT,
                        "%,d records, %,d files, %,d digests",
                        verified.records(),
                        verified.files(),
                        verified.digests())));
        lines.add(row("orphans", String.format(Locale.ROOT, "%,d", orphans)));
        lines.add(row("violations", String.valueOf(violations.size())));
        violations.stream().limit(20).forEach(each -> lines.add("  ! " + each));
        lines.add("");
        return lines;
    }

    private String number(String name) {
        return String.format(Locale.ROOT, "%,d", job.path(name).asLong());
    }

    private static String row(String name, String value) {
        return String.format("  %-14s %s", name, value);
    }
}
