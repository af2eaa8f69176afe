package io.rebalancer.persistence.log;

import static io.rebalancer.persistence.log.SmallLogs.get;

import io.rebalancer.persistence.log.EventLog.Event;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Everything of a log that must outlive a compaction, as text: live events as each query returns them, ids and cursors. */
record LogContent(List<String> byId, List<String> pages, List<String> feed, List<String> ids, List<String> cursors) {

    static LogContent of(EventLog log) throws Exception {
        List<String> byId = new ArrayList<>();
        List<String> pages = new ArrayList<>();
        List<String> ids = new ArrayList<>();
        Set<Long> liveOffsets = new TreeSet<>();
        for (String id : log.persistenceIds()) {
            long highest = get(log.highestSequenceNr(id));
            ids.add(id + " " + highest + " " + log.deletedTo(id));
            List<Event> all = log.read(id, 1, Long.MAX_VALUE, Long.MAX_VALUE);
            all.forEach(event -> byId.add(text(event)));
            all.forEach(event -> liveOffsets.add(event.offset()));
            for (long from = Math.max(1, highest - 8); from <= highest; from++) {
                pages.add(from + " " + texts(log.read(id, from, from + 2, 2)));
            }
        }
        return new LogContent(byId, pages, feed(log, liveOffsets), ids, cursors(log));
    }

    private static List<String> feed(EventLog log, Set<Long> liveOffsets) throws Exception {
        // From each live event on, as a reader whose offset is before it.
        TreeMap<Long, String> live = new TreeMap<>();
        for (long from : liveOffsets) {
            Event first = log.feed(from, 1).get(0);
            live.put(from, text(first));
        }
        for (Event event : log.feed(0, Integer.MAX_VALUE)) {
            if (liveOffsets.contains(event.offset())) {
                live.merge(event.offset(), text(event), (known, again) -> known.equals(again) ? known : known + again);
            }
        }
        return List.copyOf(live.values());
    }

    private static List<String> cursors(EventLog log) {
        return log.cursors().stream().map(Cursor::toString).toList();
    }

    private static List<String> texts(List<Event> events) {
        return events.stream().map(LogContent::text).toList();
    }

    private static String text(Event event) {
        return event.persistenceId() + " " + event.sequenceNr() + " " + event.offset() + " " + event.timeMillis() + " "
                + new String(event.bytes(), StandardCharsets.UTF_8);
    }
}
