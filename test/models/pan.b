	switch (t->back) {
	default: Uerror("bad return move");
	case  0: goto R999; /* nothing to undo */

		 /* PROC world */
;
		
	case 3: // STATE 1
		goto R999;
	case 4: // STATE 20
		sv_restor();
		goto R999;
;
		
	case 5: // STATE 222
		goto R999;
;
		;
			case 7: // STATE 24
		sv_restor();
		goto R999;

	case 8: // STATE 26
		;
		now.heartbeat = trpt->bup.oval;
		;
		goto R999;
;
		;
		
	case 10: // STATE 28
		;
		_m = unsend(now.lineA);
		;
		goto R999;
;
		;
		
	case 12: // STATE 35
		;
		_m = unsend(now.lineB);
		;
		goto R999;
;
		
	case 13: // STATE 39
		goto R999;
;
		
	case 14: // STATE 37
		goto R999;

	case 15: // STATE 42
		;
		now.abandoned = trpt->bup.oval;
		;
		goto R999;
;
		;
		
	case 17: // STATE 44
		;
		_m = unsend(now.lineA);
		;
		goto R999;
;
		;
		
	case 19: // STATE 51
		;
		_m = unsend(now.lineB);
		;
		goto R999;
;
		
	case 20: // STATE 55
		goto R999;
;
		
	case 21: // STATE 53
		goto R999;
;
		;
		
	case 23: // STATE 58
		;
	/* 0 */	((P0 *)_this)->e = trpt->bup.ovals[1];
		XX = 1;
		unrecv(now.lineB, XX-1, 0, ((int)((P0 *)_this)->e), 1);
		((P0 *)_this)->e = trpt->bup.ovals[0];
		;
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 24: // STATE 64
		;
		((P0 *)_this)->e = trpt->bup.oval;
		;
		goto R999;

	case 25: // STATE 69
		;
		now.provenAge = trpt->bup.ovals[2];
		now.changedMeanwhile = trpt->bup.ovals[1];
		now.remembered = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 3);
		goto R999;

	case 26: // STATE 71
		;
		now.heartbeat = trpt->bup.ovals[1];
		now.abandoned = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 27: // STATE 73
		;
		now.serverOfLineB = trpt->bup.oval;
		;
		goto R999;
;
		
	case 28: // STATE 77
		goto R999;

	case 29: // STATE 75
		;
		now.serverOfLineB = trpt->bup.oval;
		;
		goto R999;

	case 30: // STATE 80
		;
		now.reading = trpt->bup.ovals[1];
		now.changedMeanwhile = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 31: // STATE 84
		;
		now.changedMeanwhile = trpt->bup.ovals[2];
		now.reading = trpt->bup.ovals[1];
		now.remembered = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 3);
		goto R999;
;
		;
		
	case 33: // STATE 86
		;
		XX = 1;
		unrecv(now.lineB, XX-1, 0, ((int)((P0 *)_this)->e), 1);
		((P0 *)_this)->e = trpt->bup.oval;
		;
		;
		goto R999;

	case 34: // STATE 87
		;
	/* 0 */	((P0 *)_this)->e = trpt->bup.oval;
		;
		;
		goto R999;
;
		;
		
	case 36: // STATE 106
		;
		((P0 *)_this)->e = trpt->bup.ovals[3];
		now.heartbeat = trpt->bup.ovals[2];
		stoodStill = trpt->bup.ovals[1];
		now.provenAge = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 4);
		goto R999;

	case 37: // STATE 106
		;
		((P0 *)_this)->e = trpt->bup.oval;
		;
		goto R999;

	case 38: // STATE 97
		;
	/* 0 */	((P0 *)_this)->e = trpt->bup.oval;
		;
		;
		goto R999;

	case 39: // STATE 106
		;
		((P0 *)_this)->e = trpt->bup.oval;
		;
		goto R999;

	case 40: // STATE 106
		;
		((P0 *)_this)->e = trpt->bup.ovals[3];
		now.changedMeanwhile = trpt->bup.ovals[2];
		now.remembered = trpt->bup.ovals[1];
	/* 0 */	((P0 *)_this)->e = trpt->bup.ovals[0];
		;
		;
		ungrab_ints(trpt->bup.ovals, 4);
		goto R999;

	case 41: // STATE 106
		;
		((P0 *)_this)->e = trpt->bup.ovals[1];
		now.acknowledges[ Index((((P0 *)_this)->e-(4+0)), 1) ] = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 42: // STATE 106
		;
		((P0 *)_this)->e = trpt->bup.oval;
		;
		goto R999;
;
		;
		
	case 44: // STATE 109
		;
		XX = 1;
		unrecv(now.lineA, XX-1, 0, ((int)((P0 *)_this)->e), 1);
		((P0 *)_this)->e = trpt->bup.oval;
		;
		;
		goto R999;

	case 45: // STATE 111
		;
		now.heardAge = trpt->bup.ovals[1];
	/* 0 */	((P0 *)_this)->e = trpt->bup.ovals[0];
		;
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 46: // STATE 132
		;
		((P0 *)_this)->e = trpt->bup.oval;
		;
		goto R999;
;
		;
		
	case 48: // STATE 132
		;
		((P0 *)_this)->e = trpt->bup.ovals[1];
		now.untilAcknowledged[ Index((((P0 *)_this)->e-(6+0)), 1) ] = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 49: // STATE 132
		;
		((P0 *)_this)->e = trpt->bup.oval;
		;
		goto R999;
;
		;
		;
		;
		
	case 52: // STATE 132
		;
		((P0 *)_this)->e = trpt->bup.ovals[3];
		now.untilSomebody[ Index((((P0 *)_this)->e-(4+0)), 1) ] = trpt->bup.ovals[2];
		now.untilAcknowledged[ Index((((P0 *)_this)->e-(4+0)), 1) ] = trpt->bup.ovals[1];
		now.barrier[ Index((((P0 *)_this)->e-(4+0)), 1) ] = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 4);
		goto R999;

	case 53: // STATE 132
		;
		((P0 *)_this)->e = trpt->bup.oval;
		;
		goto R999;

	case 54: // STATE 132
		;
		((P0 *)_this)->e = trpt->bup.oval;
		;
		goto R999;

	case 55: // STATE 135
		;
		now.acknowledges[0] = trpt->bup.oval;
		;
		goto R999;
;
		;
		
	case 57: // STATE 137
		;
		_m = unsend(now.lineA);
		;
		goto R999;
;
		
	case 58: // STATE 141
		goto R999;
;
		
	case 59: // STATE 139
		goto R999;

	case 60: // STATE 144
		;
		now.acknowledges[0] = trpt->bup.oval;
		;
		goto R999;
;
		;
		;
		;
		
	case 63: // STATE 147
		;
	/* 0 */	((P0 *)_this)->e = trpt->bup.ovals[1];
		XX = 1;
		unrecv(now.lineA, XX-1, 0, ((int)((P0 *)_this)->e), 1);
		((P0 *)_this)->e = trpt->bup.ovals[0];
		;
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 64: // STATE 158
		;
		((P0 *)_this)->r = trpt->bup.ovals[4];
		now.openAge = trpt->bup.ovals[3];
		now.heardAge = trpt->bup.ovals[2];
		now.serverOfLineA = trpt->bup.ovals[1];
		((P0 *)_this)->e = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 5);
		goto R999;
;
		;
		
	case 66: // STATE 166
		;
		((P0 *)_this)->r = trpt->bup.ovals[1];
		now.barrier[ Index(((P0 *)_this)->r, 1) ] = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 67: // STATE 166
		;
		((P0 *)_this)->r = trpt->bup.oval;
		;
		goto R999;

	case 68: // STATE 166
		;
		((P0 *)_this)->r = trpt->bup.oval;
		;
		goto R999;

	case 69: // STATE 172
		;
		((P0 *)_this)->r = trpt->bup.oval;
		;
		goto R999;

	case 70: // STATE 174
		;
		now.openAge = trpt->bup.oval;
		;
		goto R999;

	case 71: // STATE 175
		;
		now.serverOfLineA = trpt->bup.oval;
		;
		goto R999;
;
		
	case 72: // STATE 179
		goto R999;

	case 73: // STATE 177
		;
		now.serverOfLineA = trpt->bup.oval;
		;
		goto R999;
;
		;
		;
		;
		
	case 76: // STATE 188
		;
		now.ended[ Index(now.poolA, 3) ] = trpt->bup.oval;
		_m = unsend(now.lineB);
		;
		goto R999;

	case 77: // STATE 188
		;
		now.ended[ Index(now.poolA, 3) ] = trpt->bup.oval;
		;
		goto R999;

	case 78: // STATE 188
		;
		now.ended[ Index(now.poolA, 3) ] = trpt->bup.oval;
		;
		goto R999;

	case 79: // STATE 190
		;
		now.ended[2] = trpt->bup.oval;
		;
		goto R999;
;
		;
		
	case 81: // STATE 196
		;
		_m = unsend(now.lineA);
		;
		goto R999;
;
		;
		
	case 83: // STATE 210
		;
		now.committedAge[0] = trpt->bup.ovals[1];
		now.barrier[0] = trpt->bup.ovals[0];
		_m = unsend(now.lineB);
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 84: // STATE 210
		;
		now.committedAge[0] = trpt->bup.ovals[1];
		now.barrier[0] = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 85: // STATE 210
		;
		now.committedAge[0] = trpt->bup.ovals[1];
		now.barrier[0] = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;
;
		;
		
	case 87: // STATE 215
		;
		now.answered = trpt->bup.ovals[1];
		now.barrier[0] = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;
;
		;
		
	case 89: // STATE 219
		;
		now.answered = trpt->bup.ovals[1];
		now.barrier[0] = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 90: // STATE 227
		;
		p_restor(II);
		;
		;
		goto R999;
	}

