import java.io.ByteArrayOutputStream;
import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ScheduledFuture;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.common.RequestLocal;
import org.apache.kafka.server.storage.log.FetchIsolation;
import org.apache.kafka.server.util.Scheduler;
import org.apache.kafka.storage.internals.log.AbortedTxn;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.Cleaner;
import org.apache.kafka.storage.internals.log.LogAppendInfo;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;
import org.apache.kafka.storage.internals.log.LogToClean;
import org.apache.kafka.storage.internals.log.ProducerStateManagerConfig;
import org.apache.kafka.storage.internals.log.RecordValidationException;
import org.apache.kafka.storage.internals.log.SkimpyOffsetMap;
import org.apache.kafka.storage.internals.log.UnifiedLog;
import org.apache.kafka.storage.internals.log.VerificationGuard;
import org.apache.kafka.storage.internals.utils.Throttler;
import org.apache.kafka.storage.log.metrics.BrokerTopicStats;

/** Apache Kafka's own log, asked line by line: opens, writes, reads, compacts and dumps what is in a folder.
 *  A command is a line of words; the answer is some lines and then a line with a single dot. */
public class LogJudge {
    static final long START_MS = 1_700_000_000_000L;
    static long now = START_MS;
    static UnifiedLog log;

    public static void main(String[] arguments) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = System.out;
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ");
            try {
                answer(words, out);
            } catch (Throwable failure) {
                out.println("failed " + failure);
                failure.printStackTrace();
            }
            out.println(".");
            out.flush();
        }
    }

    static void answer(String[] words, PrintStream out) throws Exception {
        switch (words[0]) {
            case "dump" -> dump(words, out);
            case "open" -> open(words);
            case "now" -> now = START_MS + Long.parseLong(words[1]);
            case "append" -> append(words, out);
            case "history" -> history();
            case "tell" -> tell(out);
            case "read" -> read(out);
            case "roll" -> log.roll();
            case "flush" -> log.flush(true);
            case "truncate" -> log.truncateTo(Long.parseLong(words[1]));
            case "compact" -> compact(Long.parseLong(words[1]), out);
            case "time" -> time(Long.parseLong(words[1]), out);
            case "close" -> log.close();
            case "forget" -> log.closeHandlers();
            default -> throw new IllegalArgumentException(words[0]);
        }
    }

    /** `dump FILE...`: kafka-dump-log with the records. */
    static void dump(String[] words, PrintStream out) throws Exception {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            String files = String.join(",", List.of(words).subList(1, words.length));
            org.apache.kafka.tools.DumpLogSegments.main(new String[] {"--files", files, "--print-data-log", "--deep-iteration"});
        } finally {
            System.setOut(out);
        }
        out.print(said.toString(StandardCharsets.UTF_8));
    }

    /** `open FOLDER CLEAN RECOVERY_POINT [name=value]...` */
    static void open(String[] words) throws Exception {
        Properties properties = new Properties();
        for (int i = 4; i < words.length; i++) {
            int at = words[i].indexOf('=');
            properties.put(words[i].substring(0, at), words[i].substring(at + 1));
        }
        File folder = new File(words[1]);
        log = UnifiedLog.create(folder, new LogConfig(properties), 0L, Long.parseLong(words[3]), new NoScheduler(),
            new BrokerTopicStats(), new FixedTime(), 900_000, new ProducerStateManagerConfig(86_400_000, false),
            600_000, new LogDirFailureChannel(1), Boolean.parseBoolean(words[2]), Optional.empty());
    }

    /** `append HEX EPOCH ORIGIN TRANSACTION_VERSION` */
    static void append(String[] words, PrintStream out) {
        MemoryRecords records = MemoryRecords.readableRecords(ByteBuffer.wrap(HexFormat.of().parseHex(words[1])));
        try {
            LogAppendInfo info = log.appendAsLeader(records, Integer.parseInt(words[2]), AppendOrigin.valueOf(words[3]),
                RequestLocal.noCaching(), VerificationGuard.SENTINEL, Short.parseShort(words[4]));
            out.println("appended " + info.firstOffset() + " " + info.lastOffset() + " " + info.logAppendTime());
        } catch (RecordValidationException refusal) {
            StringBuilder errors = new StringBuilder();
            refusal.recordErrors().forEach(error -> errors.append("|").append(error.batchIndex).append(" ").append(error.message));
            out.println("refused " + Errors.forException(refusal.invalidException()) + " " + refusal.invalidException().getMessage() + errors);
        } catch (Exception refusal) {
            out.println("refused " + Errors.forException(refusal) + " " + refusal.getMessage());
        }
    }

    /** A bit of everything: codecs, producers, transactions, epochs, rolls. */
    static void history() throws Exception {
        int epoch = 0;
        for (CompressionType type : CompressionType.values()) {
            Compression codec = Compression.of(type).build();
            for (int i = 0; i < 4; i++) {
                now += 10;
                SimpleRecord[] content = {record("key" + i, "value of " + type + " number " + i, i),
                    record(null, "x".repeat(500), i), record("gone" + i, null, i)};
                append(MemoryRecords.withRecords(codec, content), epoch, AppendOrigin.CLIENT, (short) -1);
            }
            epoch += 2;
        }
        for (int sequence = 0; sequence < 8; sequence++) {
            MemoryRecords batch = MemoryRecords.withIdempotentRecords(Compression.NONE, 41L, (short) 3, sequence, record("i", "i" + sequence, 0));
            append(batch, epoch, AppendOrigin.CLIENT, (short) -1);
        }
        transaction(51L, 0, epoch, ControlRecordType.ABORT);
        transaction(52L, 0, epoch, ControlRecordType.COMMIT);
        transaction(51L, 2, epoch, ControlRecordType.ABORT);
        transaction(53L, 0, epoch, null);
        append(MemoryRecords.withRecords(Compression.NONE, record("last", "one", 0)), epoch, AppendOrigin.CLIENT, (short) -1);
    }

    static void transaction(long producer, int sequence, int epoch, ControlRecordType end) throws Exception {
        append(MemoryRecords.withTransactionalRecords(Compression.NONE, producer, (short) 0, sequence,
            record("t" + producer, "a", 0), record("t" + producer, "b", 0)), epoch, AppendOrigin.CLIENT, (short) -1);
        if (end != null)
            append(MemoryRecords.withEndTransactionMarker(now, producer, (short) 0, new EndTransactionMarker(end, 9)),
                epoch, AppendOrigin.COORDINATOR, (short) 0);
    }

    static void append(MemoryRecords records, int epoch, AppendOrigin origin, short version) throws Exception {
        log.appendAsLeader(records, epoch, origin, RequestLocal.noCaching(), VerificationGuard.SENTINEL, version);
    }

    static SimpleRecord record(String key, String value, int headers) {
        Header[] all = new Header[headers];
        for (int i = 0; i < headers; i++) all[i] = new RecordHeader("h" + i, i == 1 ? null : new byte[i]);
        return new SimpleRecord(now, bytes(key), bytes(value), all);
    }

    static byte[] bytes(String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    /** Where the log begins and ends, its epochs, producers and aborted transactions. */
    static void tell(PrintStream out) throws Exception {
        log.updateHighWatermark(log.logEndOffset());
        out.println("start " + log.logStartOffset());
        out.println("end " + log.logEndOffset());
        out.println("stable " + log.lastStableOffset());
        out.println("segments " + log.logSegments().stream().map(segment -> segment.baseOffset()).toList());
        log.leaderEpochCache().epochEntries().forEach(entry -> out.println("epoch " + entry.epoch() + " " + entry.startOffset()));
        log.activeProducers().stream().map(p -> "producer " + p.producerId() + " " + p.producerEpoch() + " " + p.lastSequence()
            + " " + p.lastTimestamp() + " " + p.coordinatorEpoch() + " " + p.currentTxnStartOffset()).sorted().forEach(out::println);
        for (AbortedTxn aborted : log.collectAbortedTransactions(log.logStartOffset(), log.logEndOffset()))
            out.println("aborted " + aborted.producerId() + " " + aborted.firstOffset() + " " + aborted.lastOffset() + " " + aborted.lastStableOffset());
    }

    /** Every batch and record, read through the log. */
    static void read(PrintStream out) throws Exception {
        for (long offset = log.logStartOffset(); offset < log.logEndOffset();) {
            long next = offset;
            for (RecordBatch batch : log.read(offset, 1 << 20, FetchIsolation.LOG_END, true).records.batches()) {
                batch.ensureValid();
                out.println("batch " + batch.baseOffset() + " " + batch.lastOffset() + " " + batch.partitionLeaderEpoch() + " "
                    + batch.compressionType().id + " " + batch.timestampType().id + " " + batch.maxTimestamp() + " "
                    + batch.producerId() + " " + batch.producerEpoch() + " " + batch.baseSequence() + " "
                    + batch.isTransactional() + " " + batch.isControlBatch() + " " + batch.deleteHorizonMs().orElse(-1));
                for (Record record : batch) {
                    StringBuilder headers = new StringBuilder();
                    for (Header header : record.headers()) headers.append(" ").append(header.key()).append(" ").append(hex(header.value()));
                    out.println("record " + record.offset() + " " + record.timestamp() + " " + hex(record.key()) + " " + hex(record.value()) + headers);
                }
                next = batch.nextOffset();
            }
            if (next == offset) break;
            offset = next;
        }
    }

    static String hex(ByteBuffer data) {
        if (data == null) return "null";
        byte[] copy = new byte[data.remaining()];
        data.duplicate().get(copy);
        return hex(copy);
    }

    static String hex(byte[] data) {
        return data == null ? "null" : "x" + HexFormat.of().formatHex(data);
    }

    /** `compact FIRST_DIRTY`: one round over all but the active segment. */
    static void compact(long firstDirty, PrintStream out) throws Exception {
        log.updateHighWatermark(log.logEndOffset());
        long bound = Math.min(log.lastStableOffset(), log.activeSegment().baseOffset());
        Cleaner cleaner = new Cleaner(0, new SkimpyOffsetMap(1 << 20), 64 * 1024, 1 << 20, 0.75,
            new Throttler(Double.MAX_VALUE, Long.MAX_VALUE, "t", "e", Time.SYSTEM), new FixedTime(), partition -> { });
        out.println("cleaned " + cleaner.doClean(new LogToClean(log, firstDirty, bound, false), now).getKey());
    }

    static void time(long timestamp, PrintStream out) {
        out.println(log.fetchOffsetByTimestamp(timestamp, Optional.empty()).timestampAndOffsetOpt()
            .map(found -> found.timestamp + " " + found.offset + " " + found.leaderEpoch.orElse(-1)).orElse("none"));
    }

    /** The time is what the test says. */
    static class FixedTime implements Time {
        public long milliseconds() { return now; }
        public long nanoseconds() { return now * 1_000_000; }
        public void sleep(long ms) { }
        public void waitObject(Object object, Supplier<Boolean> condition, long deadline) { throw new UnsupportedOperationException(); }
    }

    /** Nothing happens in the background. */
    static class NoScheduler implements Scheduler {
        static final ScheduledFuture<?> NEVER = idle().schedule(() -> { }, 1_000_000, java.util.concurrent.TimeUnit.DAYS);
        static java.util.concurrent.ScheduledThreadPoolExecutor idle() {
            return new java.util.concurrent.ScheduledThreadPoolExecutor(1, task -> {
                Thread thread = new Thread(task);
                thread.setDaemon(true);
                return thread;
            });
        }
        public void startup() { }
        public void shutdown() { }
        public ScheduledFuture<?> schedule(String name, Runnable task, long delay, long period) { return NEVER; }
        public void resizeThreadPool(int size) { }
    }
}
