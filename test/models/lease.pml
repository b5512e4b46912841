/*
 * The leases of decision 015: no node accepts, out of memory, what was revoked before that was answered.
 *
 * Two nodes and their database. A revokes, B remembers one session. One step of the model is one thing that happens at once: a
 * statement is committed, a notice is taken off a line, the clock ticks. Everything may happen at any moment that its guard allows, so
 * a slow network, a stalled line, a stopped process and a killed node are all there: they are steps that do not come. The numbers R1 to
 * R19 are those of the comments in the code; -DWITHOUT_R8 takes a rule out, and then there must be a counterexample (README.md).
 *
 * Time. Ages and countdowns in ticks, no moment: they stop at CAP, so that the search covers runs of any length. B's clock may be slower
 * than A's by DRIFT in a lease, which MARGIN makes up for.
 * Lines. Each is what its server has written and its node has not read: some notices at most; a commit waits where one is full.
 *
 * Worlds. -DPLAIN: one server; lines break. -DPOOLER: B's line may be shared, or its heartbeat may run on its line's own backend.
 * -DSERVERS: a synchronous standby that is promoted, while the old primary goes on. -DFINDER: somebody else logs out at the same time.
 * -DVM: B's monotonic clock may stand still with its machine.
 */
#define LEASE 1
/* In one world is enough: it multiplies the states of the others by ten. */
#if defined(POOLER) || defined(SERVERS) || defined(FINDER) || defined(VM)
#define DRIFT 0
#else
#define DRIFT 1
#endif
#ifdef WITHOUT_R16
#define MARGIN 0
#else
#define MARGIN DRIFT
#endif
#define WAIT (LEASE + MARGIN)
#define CAP (LEASE + DRIFT + 1)
#define CAPACITY_A 2
#define CAPACITY_B 3

#ifdef FINDER
#define REQUESTS 2
#else
#define REQUESTS 1
#endif

/* What a notice is. Of what a node does not look at, nothing is on its line. */
#define BEAT 1
#define EARLIER_BEAT 2
#define NOTE 3
#define ASK(r) (4 + r)
#define ACK(r) (6 + r)

chan lineA = [CAPACITY_A] of { byte };
chan lineB = [CAPACITY_B] of { byte };

/* Servers: 0 none, 1 the primary, 2 its standby. */
byte serverOfLineA = 1, serverOfLineB = 1;
byte poolA = 1, poolB = 1;
bool promoted = false;
bool ended[3]; /* the session's row, as this server has it */

/* Node B */
bool remembered = false;
byte reading = 0;           /* 1: a row that counts is on its way; 2: one that has ended */
bool changedMeanwhile = false;
byte provenAge = CAP;       /* since the proven heartbeat was begun; CAP: disconnected */
byte heartbeat = 0;         /* 1: begun; 2: committed */
byte heartbeatAge = 0;
bool abandoned = false;     /* an earlier one, whose statement may still be committed */
bool acknowledges[REQUESTS];
bool shared = false;        /* B's line has a backend only while a statement of its own runs */
byte stoodStill = 0;        /* by how much B's monotonic clock is behind since then */

/* Node A */
byte heardAge = CAP;        /* since a heartbeat of B was heard; CAP: none */
byte openAge = CAP;         /* since its line was opened */
byte barrier[REQUESTS];     /* 0 none; 1 its ask is not back; 2 it knows whom it waits for; 3 answered */
byte committedAge[REQUESTS];
byte untilAcknowledged[REQUESTS], untilSomebody[REQUESTS];
bool answered = false;

#ifdef REACH_ACKNOWLEDGED
bool byAcknowledgement = false;
#endif

#define OLDER(age) age = (age < CAP -> age + 1 : CAP)
#define SOONER(left) left = (left > 0 -> left - 1 : 0)

/* R7: the lease, on two clocks. A machine that stood still finds out by the time of day. */
#ifdef WITHOUT_R7
#ifdef VM
#define HELD (provenAge < CAP && provenAge - stoodStill < LEASE + DRIFT)
#else
#define HELD (provenAge <= CAP)
#endif
#else
#define HELD (provenAge < LEASE + DRIFT)
#endif

#ifdef FINDER
#define OVER (barrier[0] == 3 && barrier[1] == 3)
#else
#define OVER (barrier[0] == 3)
#endif

#define ROOM (nfull(lineA) && nfull(lineB))

inline tick() {
  OLDER(provenAge); OLDER(heardAge); OLDER(openAge);
  if :: heartbeat != 0 -> OLDER(heartbeatAge) :: else -> skip fi;
  r = 0;
  do
  :: r < REQUESTS -> if :: barrier[r] == 1 -> OLDER(committedAge[r]) :: else -> skip fi;
      SOONER(untilAcknowledged[r]); SOONER(untilSomebody[r]); r++
  :: else -> break
  od;
  r = 0
}

inline drain(line) { do :: len(line) > 0 -> line?e :: len(line) == 0 -> break od; e = 0 }

/* R9: whatever was missed is forgotten; a row that is being read may be of before. */
inline dropAll() {
#ifndef WITHOUT_R9
  remembered = false;
#endif
  changedMeanwhile = (reading != 0)
}

inline abandonHeartbeat() {
  abandoned = (abandoned || heartbeat == 1);
  heartbeat = 0;
  heartbeatAge = 0
}

/* What is committed on `server` is written to the lines that listen there. A shared line has no backend, and gets nothing (R1). */
inline tellB(server, notice) {
  if
  :: serverOfLineB == server && !shared -> lineB!notice
#ifdef WITHOUT_R1
  :: serverOfLineB == server && shared -> lineB!notice /* by chance: its own statement is on the backend that listens */
  :: serverOfLineB == server && shared -> skip
  :: serverOfLineB != server -> skip
#else
  :: else -> skip
#endif
  fi
}
inline tellA(server, notice) {
  if :: serverOfLineA == server -> lineA!notice :: else -> skip fi
}

/* A knows whom it waits for (R12): B if it was heard within a lease, and somebody if A itself has not listened for a lease (R15). */
inline knowWhom(q) {
  barrier[q] = 2;
  committedAge[q] = 0;
  untilAcknowledged[q] = (heardAge < WAIT -> WAIT - heardAge : 0);
#ifdef WITHOUT_R15
  untilSomebody[q] = 0
#else
  untilSomebody[q] = (openAge < WAIT -> WAIT - openAge : 0)
#endif
}

inline ask(q, server) {
  tellA(server, ASK(q));
  tellB(server, ASK(q));
  barrier[q] = 1;
  committedAge[q] = 0;
#ifdef WITHOUT_R12
  if :: serverOfLineA != 0 -> knowWhom(q) :: else -> skip fi
#endif
}

/* R11: the change, its notice and its ask are one transaction, on the pool's server. */
inline revoke(q) {
  tellB(poolA, NOTE);
  ended[poolA] = true;
  if :: poolA == 1 -> ended[2] = true :: else -> skip fi; /* a synchronous standby has it before the commit returns */
#ifdef WITHOUT_R11
  ask(q, serverOfLineA)
#else
  ask(q, poolA)
#endif
}

/* When nobody waits any more, what A hears is of no matter: its state is made one. */
inline answer(q) {
  barrier[q] = 3; committedAge[q] = 0; untilAcknowledged[q] = 0; untilSomebody[q] = 0;
  answered = true;
  if
  :: OVER -> drain(lineA); serverOfLineA = 0; heardAge = CAP; openAge = CAP
  :: else -> skip
  fi
}

/* R5: a heartbeat is a written commit, so that the old primary proves none once its standby was promoted. */
#ifdef WITHOUT_R5
#define COMMITS(server) (server != 0)
#else
#define COMMITS(server) (server == 2 || (server == 1 && !promoted))
#endif

/* R2: through the pool. Over the line it would prove that the line hears itself. */
#ifdef WITHOUT_R2
#define BEATS_ON serverOfLineB
#else
#define BEATS_ON poolB
#endif

inline prove() {
  provenAge = heartbeatAge;
  stoodStill = 0;
  heartbeat = 0;
  heartbeatAge = 0
}

inline readLineA() {
  lineA?e;
  if
  :: e == BEAT ->
    heardAge = 0;
#ifdef WITHOUT_R14
    r = 0;
    do :: r < REQUESTS -> if :: barrier[r] == 2 -> untilAcknowledged[r] = 0 :: else -> skip fi; r++ :: else -> break od;
    r = 0
#else
    skip /* R14: heard after the own ask, it is no acknowledgement */
#endif
  :: e >= ACK(0) ->
    if
    :: barrier[e - ACK(0)] == 2 ->
#ifdef REACH_ACKNOWLEDGED
      byAcknowledgement = (untilAcknowledged[e - ACK(0)] > 0 && HELD);
#endif
      untilAcknowledged[e - ACK(0)] = 0
    :: else -> skip
    fi
  :: e >= ASK(0) && e < ACK(0) -> if :: barrier[e - ASK(0)] == 1 -> knowWhom(e - ASK(0)) :: else -> skip fi
  fi;
  e = 0
}

inline readLineB() {
  lineB?e;
  if
  :: e == BEAT -> if :: heartbeat == 2 -> prove() :: else -> skip fi
  :: e == EARLIER_BEAT ->
#ifdef WITHOUT_R6
    if :: heartbeat != 0 -> prove() :: else -> skip fi
#else
    skip /* R6: it is not the one that is under way */
#endif
  :: e == NOTE ->
#ifndef WITHOUT_R8
    remembered = false;
#endif
    changedMeanwhile = (reading != 0)
  :: e >= ASK(0) -> acknowledges[e - ASK(0)] = true
  fi;
  e = 0
}

active proctype world() {
  byte r = 0, e = 0;
  do
  :: atomic { true ->
      assert(!(answered && remembered && HELD)); /* a request that was sent now would be accepted */
#ifdef REACH_ACKNOWLEDGED
      assert(!(answered && byAcknowledgement));
#endif
#ifdef REACH_ACCEPTED
      assert(!(remembered && HELD && ended[1])); /* B accepts while the change is made and not answered */
#endif
#ifdef REACH_WAITED
      assert(!(answered && barrier[0] == 3 && remembered)); /* B was stopped, its lease is over */
#endif
#ifdef REACH_PROMOTED
      assert(!(answered && !ended[1] && HELD && serverOfLineB == 2));
#endif
      if
      /* Time passes. */
      :: d_step { tick();
#ifdef VM
          if :: stoodStill < CAP && provenAge < CAP -> stoodStill++ :: true -> skip fi
#endif
        }

      /* B: a heartbeat (steps 3 to 6). */
      :: heartbeat == 0 && serverOfLineB != 0 -> d_step { heartbeat = 1; heartbeatAge = 0 }
      :: heartbeat == 1 && COMMITS(BEATS_ON) && ROOM ->
          heartbeat = 2;
          tellA(BEATS_ON, BEAT);
#ifdef WITHOUT_R2
          if :: shared -> lineB!BEAT :: else -> tellB(BEATS_ON, BEAT) fi
#else
          tellB(BEATS_ON, BEAT)
#endif
#ifdef POOLER
      :: heartbeat == 1 && nfull(lineA) -> /* on the backend of the line itself, which tells its own notice without reading the queue */
          tellA(poolB, BEAT);
#ifdef WITHOUT_R3
          prove()
#else
          abandonHeartbeat(); abandoned = false /* R3: from the line's own backend, it proves nothing */
#endif
#endif
      :: abandoned && COMMITS(poolB) && ROOM -> abandoned = false; tellA(poolB, BEAT); tellB(poolB, EARLIER_BEAT)

      /* B: its line is opened, or opened anew (steps 1, 2). LISTEN is impossible on a standby. */
      :: drain(lineB);
          dropAll();
          provenAge = CAP;
          abandonHeartbeat();
#ifdef POOLER
          if :: shared = true :: shared = false fi;
#endif
          if :: serverOfLineB = 1 :: promoted -> serverOfLineB = 2 fi

      /* B: a request is answered by a row from the database, which is remembered if nothing came meanwhile (step 8, R10). */
      :: reading == 0 && !remembered -> changedMeanwhile = false; reading = (ended[poolB] -> 2 : 1)
#ifdef WITHOUT_R19
      :: reading == 0 && !remembered -> /* over a connection that is left on the old primary */
          changedMeanwhile = false; reading = (ended[1] -> 2 : 1)
#endif
      :: reading != 0 ->
#ifdef WITHOUT_R10
          remembered = (remembered || (reading == 1 && HELD));
#else
          remembered = (remembered || (reading == 1 && HELD && !changedMeanwhile));
#endif
          reading = 0; changedMeanwhile = false

      /* Lines are read; B acknowledges through its pool (step 13), or its acknowledgement is lost. */
      :: nempty(lineB) -> readLineB()
      :: nempty(lineA) -> readLineA()
      :: acknowledges[0] && nfull(lineA) -> acknowledges[0] = false; tellA(poolB, ACK(0))
      :: acknowledges[0] -> acknowledges[0] = false
#ifdef FINDER
      :: acknowledges[1] && nfull(lineA) -> acknowledges[1] = false; tellA(poolB, ACK(1))
      :: acknowledges[1] -> acknowledges[1] = false
#endif

      /* A: its line is lost, or opened. What it knew of others is of before. */
      :: serverOfLineA != 0 -> drain(lineA); serverOfLineA = 0; heardAge = CAP; openAge = CAP;
          r = 0;
          do :: r < REQUESTS -> if :: barrier[r] == 2 -> barrier[r] = 1 :: else -> skip fi; r++ :: else -> break od;
          r = 0
      :: serverOfLineA == 0 && !OVER -> openAge = 0; if :: serverOfLineA = 1 :: promoted -> serverOfLineA = 2 fi

      /* A: somebody logs out (steps 10 to 12). */
      :: barrier[0] == 0 && !ended[poolA] && (poolA == 2 || !promoted) && len(lineB) < CAPACITY_B - 1 && nfull(lineA) ->
          revoke(0)
#ifdef FINDER
      :: barrier[1] == 0 && ended[poolA] && ROOM ->
#ifdef WITHOUT_R17
          answer(1)
#else
          ask(1, poolA)
#endif
      :: barrier[1] == 2 && untilAcknowledged[1] == 0 && untilSomebody[1] == 0 -> answer(1)
      :: barrier[1] == 1 && committedAge[1] >= WAIT -> answer(1)
#endif
      :: barrier[0] == 2 && untilAcknowledged[0] == 0 && untilSomebody[0] == 0 -> answer(0)
      :: barrier[0] == 1 && committedAge[0] >= WAIT -> answer(0) /* R13: the ask is not back */
#ifdef WITHOUT_R13
      :: barrier[0] == 1 && serverOfLineA == 0 -> answer(0)
#endif

#ifdef SERVERS
      /* The standby is promoted. The old primary goes on, and no written commit on it returns. Pools move, never back (R19). */
      :: !promoted -> promoted = true
      :: promoted && poolA == 1 -> poolA = 2
      :: promoted && poolB == 1 -> poolB = 2;
#ifndef WITHOUT_R19
          dropAll()
#else
          skip
#endif
#endif
      fi
    }
  od
}
