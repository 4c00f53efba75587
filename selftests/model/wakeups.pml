/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One queue that a guest sends by, and everything that can wake its poll: the event channel
 * with its late acknowledgment, the wake timer, NAPI. The guest sends REQUESTS requests
 * through a ring of SLOTS; each must be consumed, each response seen, on every interleaving
 * of two CPUs that may poll, the timer, the handler, the guest and a disconnect.
 *
 * Time is left out: whether a wait is over is anybody's guess, and a timer may fire whenever
 * it is armed, EARLY times too early; FORESEEN times it is armed before anything waits.
 *
 * A mutant breaks one rule; 10-wakeups.t wants every one of them found.
 */
#ifndef REQUESTS
#define REQUESTS 3
#endif
#ifndef SLOTS
#define SLOTS 2
#endif
#ifndef EARLY
#define EARLY 1
#endif
#ifndef FORESEEN
#define FORESEEN 0
#endif

#define PARK_SLOTS 2
#define TIMER 2

/* Shared with the guest. Indices do not wrap here. */
byte req_prod;
byte req_event = 1;
byte rsp_prod;
byte rsp_event = 1;

/* The guest: responses seen, an interrupt that it has to take. */
byte seen;
bit guest_irq;

/* The backend's poll; whoever owns NAPI owns these. */
byte cons;
byte settled;
bit held;
bit parked;
byte early;
byte foresaw;

/* NAPI: scheduled or polling, scheduled once more meanwhile, a CPU polls, disabled. */
bit sched;
bit missed;
bit polling;
bit disabled;

/* The event channel. */
bit pending;
bit masked;
bit owed;

/* The wake timer: its time (0: nothing awaited), as NAPI knows it, as it is. */
bit at;
bit armed;
bit queued;
bit firing;

/* CPUs 0 and 1 in the tail of a poll, which is not NAPI's any more. */
bit tail[2];
bit closed;

/*
 * A store with a full barrier behind it is one step: nobody can tell when it left the CPU's
 * store buffer but by what the CPU reads next, and that is after the barrier. So only a
 * mutant without the barrier needs the buffer, with one entry.
 */
#define NOTHING 0
#define AT 1
#define REQ_EVENT 2
#define RSP_PROD 3
#define ARMED 4

#if defined(MUTANT_NO_BARRIER_BEHIND_RESPONSES) || defined(MUTANT_NO_BARRIER_BEHIND_ARM) || \
	defined(MUTANT_NO_BARRIER_BEHIND_AT) || defined(MUTANT_NO_BARRIER_BEHIND_ARMED)
byte buffered[3];
byte value[3];

/* What an atomic operation does first. */
inline drain(cpu)
{
	if
	:: buffered[cpu] == AT -> at = value[cpu]
	:: buffered[cpu] == REQ_EVENT -> req_event = value[cpu]
	:: buffered[cpu] == RSP_PROD -> rsp_prod = value[cpu]
	:: buffered[cpu] == ARMED -> armed = value[cpu]
	:: else
	fi;
	buffered[cpu] = NOTHING;
	value[cpu] = 0
}

inline late_store(cpu, what, number)
{
	d_step {
		drain(cpu);
		buffered[cpu] = what;
		value[cpu] = number
	}
}

/* The processor writes back when it likes to. */
active [3] proctype StoreBuffer()
{
end:	do
	:: d_step { buffered[_pid % 3] != NOTHING -> drain(_pid % 3) }
	od
}
#else
#define drain(cpu) skip
#endif

inline napi_schedule()
{
	if
	:: disabled
	:: !disabled && sched -> missed = 1
	:: !disabled && !sched -> sched = 1
	fi
}

inline notify_guest()
{
	/* Never an event without a response behind it that none was sent for. */
	assert(!closed && rsp_prod != settled);
	guest_irq = 1
}

inline acknowledge()
{
	/* Once for each event, and not before the guest's producer was looked at again. */
	assert(!closed && masked && (looked || was_parked));
	masked = 0
}

inline wanted(result)
{
	result = settled < rsp_event && rsp_event <= cons
}

/* Consume all there is, publish the responses; the guest's wish decides what follows. */
inline run_batches(cpu)
{
	do
	:: atomic { req_prod == cons -> break }
	:: atomic { req_prod != cons -> cons = req_prod; found = 1; yes = 0 };
#ifdef MUTANT_NO_BARRIER_BEHIND_RESPONSES
		late_store(cpu, RSP_PROD, cons);
#else
		rsp_prod = cons;
#endif
		atomic {
			wanted(yes);
			if
			:: yes -> held = 1
			:: yes -> drain(cpu); notify_guest(); settled = cons; held = 0
			:: !yes -> settled = cons; held = 0
			fi;
			yes = 0
		}
	od
}

/* A held event whose time has come, unless the guest saw everything by itself. */
inline check_held(cpu)
{
	if
	:: atomic { held ->
#ifdef MUTANT_HELD_FLAG_CLEARED
		yes = 0;
#else
		drain(cpu);
		wanted(yes);
#endif
		if
		:: yes -> notify_guest()
		:: else
		fi;
		settled = cons;
		held = 0;
		yes = 0
	   }
	:: atomic { held && early < EARLY -> early++ }
	:: atomic { !held }
	fi
}

/* Come back by ourselves, or ask the guest. A parked queue may go on, be it for nothing. */
inline decide_park(cpu)
{
	atomic {
		if
		:: found -> parked = 1
		:: parked && !found && early < EARLY -> early++
		:: parked = 0
		fi;
		found = 0;
#ifndef MUTANT_PARK_BEHIND_NAPI
		if
		:: parked -> req_event = cons + PARK_SLOTS
		:: else
		fi
#endif
	}
}

inline wake_at(cpu)
{
	atomic {
		awaits = held || parked;
		if
		:: !awaits && foresaw < FORESEEN -> foresaw++; awaits = 1
		:: true
		fi
	};
#ifdef MUTANT_NO_BARRIER_BEHIND_AT
	late_store(cpu, AT, awaits);
#else
	at = awaits;
#endif
	atomic {
		if
		:: awaits -> drain(cpu); armed = 1; queued = 1
		:: !awaits || armed
		fi;
		awaits = 0
	}
}

/* What a poll does when NAPI is not its own any more: only what it read before is valid. */
inline tail_of_poll(cpu)
{
	if
	:: was_parked
#ifdef MUTANT_PARK_BEHIND_NAPI
		-> req_event = mine + PARK_SLOTS
#endif
	:: !was_parked ->
#ifdef MUTANT_NO_BARRIER_BEHIND_ARM
		late_store(cpu, REQ_EVENT, mine + 1);
#else
		req_event = mine + 1;
#endif
#ifdef MUTANT_ACKNOWLEDGE_FIRST
		if
		:: atomic { owed -> drain(cpu); owed = 0; acknowledge() }
		:: !owed
		fi;
#endif
		looked = req_prod == mine
	fi;
#ifdef MUTANT_NO_LOOK
	looked = 1;
#endif
	if
	:: atomic { !looked && !was_parked -> drain(cpu); napi_schedule() }
	:: looked || was_parked ->
#ifdef MUTANT_OWED_NOT_TAKEN
		yes = owed;
		if
		:: atomic { yes -> owed = 0; acknowledge() }
		:: else
		fi
#else
		if
		:: atomic { owed -> drain(cpu); owed = 0; acknowledge() }
		:: !owed
		fi
#endif
	fi
}

/* A CPU that polls when NAPI is scheduled. */
active [2] proctype Cpu()
{
	byte cpu = _pid % 2;
	byte mine;
	bit found, yes, looked, was_parked, awaits;

end:	do
	:: atomic { sched && !polling && !(disabled && closed) -> polling = 1 };
again:		run_batches(cpu);
		check_held(cpu);
		decide_park(cpu);
		wake_at(cpu);
		atomic {
			drain(cpu);
			mine = cons;
			was_parked = parked;
			if
#ifndef MUTANT_MISSED_CLEARED
			:: missed && !disabled -> missed = 0; mine = 0; was_parked = 0; goto again
#endif
			:: else -> missed = 0; polling = 0; sched = 0; tail[cpu] = 1
			fi
		};
		tail_of_poll(cpu);
		atomic { drain(cpu); tail[cpu] = 0; mine = 0; was_parked = 0; looked = 0; yes = 0 }
	od
}

active proctype Timer()
{
	bit awaited;

end:	do
	:: atomic { queued -> queued = 0; firing = 1; assert(!closed) };
#ifdef MUTANT_ARMED_CLEARED_LATE
		awaited = at;
		armed = 0;
#else
#ifdef MUTANT_NO_BARRIER_BEHIND_ARMED
		late_store(TIMER, ARMED, 0);
#else
		armed = 0;
#endif
		awaited = at;
#endif
		atomic {
			drain(TIMER);
			if
			:: awaited -> napi_schedule()
			:: else
			fi;
			awaited = 0;
			firing = 0
		}
	od
}

/* The interrupt: masked from its delivery to the acknowledgment. */
active proctype Handler()
{
end:	do
	:: atomic { pending && !masked && !closed -> pending = 0; masked = 1 };
		owed = 1;
		atomic { napi_schedule() }
	od
}

active proctype Sender()
{
	byte sent;

	do
	:: sent == REQUESTS -> break
	:: sent < REQUESTS && sent - seen < SLOTS ->
		atomic { sent++; req_prod = sent };
		/* The guest's barrier is here. */
		if
		:: atomic { req_event == sent -> pending = 1 }
		:: atomic { req_event != sent }
		fi
	:: atomic { closed -> break }
	od
}

active proctype Guest()
{
end:	do
	:: atomic { guest_irq -> guest_irq = 0 };
		do
		:: atomic { seen < rsp_prod -> seen = rsp_prod }
		:: atomic { seen == rsp_prod -> rsp_event = seen + 1 };
			/* And here: look again. */
			if
			:: atomic { seen != rsp_prod }
			:: atomic { seen == rsp_prod -> break }
			fi
		od
	od
}

#ifdef DISCONNECT
active proctype Disconnect()
{
	bit yes;

#ifdef MUTANT_TIMER_BEFORE_NAPI
	atomic { !firing -> queued = 0; armed = 0 };
#endif
	disabled = 1;
	atomic { !sched && !polling -> sched = 1; polling = 1; missed = 0 };
#ifndef MUTANT_TIMER_BEFORE_NAPI
	atomic { !firing -> queued = 0; armed = 0 };
#endif
#ifndef MUTANT_HELD_FORGOTTEN
	atomic {
		if
		:: held -> wanted(yes);
			if
			:: yes -> notify_guest()
			:: else
			fi
		:: else
		fi;
		settled = cons;
		held = 0
	};
#endif
	/* The tails of polls end before anything is freed. */
	atomic { !tail[0] && !tail[1] -> closed = 1 }
}
#endif

/* While something waits and no poll runs, something will start one. */
active proctype Covered()
{
end:	do
	:: d_step { (held || parked) && !sched && !polling && !queued && !firing && !disabled ->
		assert(false) }
	od
}

/* Nobody can go on: then everything has arrived. */
active proctype Finish()
{
	timeout;
	assert(seen == cons && rsp_prod == cons);
	assert(closed || (cons == REQUESTS && !pending && !owed && !masked && !held && !parked));
}
