#define rand	pan_rand
#define pthread_equal(a,b)	((a)==(b))
#if defined(HAS_CODE) && defined(VERBOSE)
	#ifdef BFS_PAR
		bfs_printf("Pr: %d Tr: %d\n", II, t->forw);
	#else
		cpu_printf("Pr: %d Tr: %d\n", II, t->forw);
	#endif
#endif
	switch (t->forw) {
	default: Uerror("bad forward move");
	case 0:	/* if without executable clauses */
		continue;
	case 1: /* generic 'goto' or 'skip' */
		IfNotBlocked
		_m = 3; goto P999;
	case 2: /* generic 'else' */
		IfNotBlocked
		if (trpt->o_pm&1) continue;
		_m = 3; goto P999;

		 /* PROC world */
	case 3: // STATE 1 - lease.pml:235 - [(1)] (221:0:0 - 1)
		IfNotBlocked
		reached[0][1] = 1;
		if (!(1))
			continue;
		/* merge: assert(!(((answered&&remembered)&&(provenAge<(1+1)))))(0, 2, 221) */
		reached[0][2] = 1;
		spin_assert( !(((((int)now.answered)&&((int)now.remembered))&&(((int)now.provenAge)<(1+1)))), " !(((answered&&remembered)&&(provenAge<(1+1))))", II, tt, t);
		_m = 3; goto P999; /* 1 */
	case 4: // STATE 20 - lease.pml:248 - [D_STEP248]
		IfNotBlocked

		reached[0][20] = 1;
		reached[0][t->st] = 1;
		reached[0][tt] = 1;

		if (TstOnly) return 1;


		reached[0][20] = 1;
		reached[0][t->st] = 1;
		reached[0][tt] = 1;

		sv_save();
		S_018_0: /* 2 */
S_002_0: /* 2 */
		now.provenAge = ( ((((int)now.provenAge)<((1+1)+1))) ? ((((int)now.provenAge)+1)) : (((1+1)+1)) );
#ifdef VAR_RANGES
		logval("provenAge", ((int)now.provenAge));
#endif
		;
S_003_0: /* 2 */
		now.heartbeatAge = ( ((((int)now.heartbeatAge)<((1+1)+1))) ? ((((int)now.heartbeatAge)+1)) : (((1+1)+1)) );
#ifdef VAR_RANGES
		logval("heartbeatAge", ((int)now.heartbeatAge));
#endif
		;
S_004_0: /* 2 */
		now.heardAge = ( ((((int)now.heardAge)<((1+1)+1))) ? ((((int)now.heardAge)+1)) : (((1+1)+1)) );
#ifdef VAR_RANGES
		logval("heardAge", ((int)now.heardAge));
#endif
		;
S_005_0: /* 2 */
		now.openAge = ( ((((int)now.openAge)<((1+1)+1))) ? ((((int)now.openAge)+1)) : (((1+1)+1)) );
#ifdef VAR_RANGES
		logval("openAge", ((int)now.openAge));
#endif
		;
S_006_0: /* 2 */
		((P0 *)_this)->r = 0;
#ifdef VAR_RANGES
		logval("world:r", ((int)((P0 *)_this)->r));
#endif
		;
S_015_0: /* 2 */
S_014_0: /* 2 */
S_007_0: /* 2 */
		if (!((((int)((P0 *)_this)->r)<1)))
			goto S_014_1;
S_008_0: /* 2 */
		now.committedAge[ Index(((P0 *)_this)->r, 1) ] = ( ((((int)now.committedAge[ Index(((int)((P0 *)_this)->r), 1) ])<((1+1)+1))) ? ((((int)now.committedAge[ Index(((int)((P0 *)_this)->r), 1) ])+1)) : (((1+1)+1)) );
#ifdef VAR_RANGES
		logval("committedAge[world:r]", ((int)now.committedAge[ Index(((int)((P0 *)_this)->r), 1) ]));
#endif
		;
S_009_0: /* 2 */
		now.untilAcknowledged[ Index(((P0 *)_this)->r, 1) ] = ( ((((int)now.untilAcknowledged[ Index(((int)((P0 *)_this)->r), 1) ])>0)) ? ((((int)now.untilAcknowledged[ Index(((int)((P0 *)_this)->r), 1) ])-1)) : (0) );
#ifdef VAR_RANGES
		logval("untilAcknowledged[world:r]", ((int)now.untilAcknowledged[ Index(((int)((P0 *)_this)->r), 1) ]));
#endif
		;
S_010_0: /* 2 */
		now.untilSomebody[ Index(((P0 *)_this)->r, 1) ] = ( ((((int)now.untilSomebody[ Index(((int)((P0 *)_this)->r), 1) ])>0)) ? ((((int)now.untilSomebody[ Index(((int)((P0 *)_this)->r), 1) ])-1)) : (0) );
#ifdef VAR_RANGES
		logval("untilSomebody[world:r]", ((int)now.untilSomebody[ Index(((int)((P0 *)_this)->r), 1) ]));
#endif
		;
S_011_0: /* 2 */
		((P0 *)_this)->r = (((int)((P0 *)_this)->r)+1);
#ifdef VAR_RANGES
		logval("world:r", ((int)((P0 *)_this)->r));
#endif
		;
		goto S_015_0; /* ';' */
S_014_1: /* 3 */
S_012_0: /* 2 */
		/* else */;
S_013_0: /* 2 */
		goto S_016_0;	/* 'goto' */
S_014_2: /* 3 */
		Uerror("blocking sel in d_step (nr.0, near line 93)");
S_016_0: /* 2 */
		goto S_017_0;	/* 'break' */
S_017_0: /* 2 */
		((P0 *)_this)->r = 0;
#ifdef VAR_RANGES
		logval("world:r", ((int)((P0 *)_this)->r));
#endif
		;
		goto S_221_0;
S_221_0: /* 1 */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 5: // STATE 222 - lease.pml:345 - [.(goto)] (0:224:0 - 14)
		IfNotBlocked
		reached[0][222] = 1;
		;
		/* merge: .(goto)(0, 225, 224) */
		reached[0][225] = 1;
		;
		_m = 3; goto P999; /* 1 */
	case 6: // STATE 21 - lease.pml:255 - [(((heartbeat==0)&&(serverOfLineB!=0)))] (0:0:0 - 1)
		IfNotBlocked
		reached[0][21] = 1;
		if (!(((((int)now.heartbeat)==0)&&(((int)now.serverOfLineB)!=0))))
			continue;
		_m = 3; goto P999; /* 0 */
	case 7: // STATE 24 - lease.pml:255 - [D_STEP255]
		IfNotBlocked

		reached[0][24] = 1;
		reached[0][t->st] = 1;
		reached[0][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_021_0: /* 2 */
		now.heartbeat = 1;
#ifdef VAR_RANGES
		logval("heartbeat", ((int)now.heartbeat));
#endif
		;
S_022_0: /* 2 */
		now.heartbeatAge = 0;
#ifdef VAR_RANGES
		logval("heartbeatAge", ((int)now.heartbeatAge));
#endif
		;
		goto S_221_0; /* ';' */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 8: // STATE 25 - lease.pml:256 - [((((heartbeat==1)&&((poolB==2)||((poolB==1)&&!(promoted))))&&(nfull(lineA)&&nfull(lineB))))] (33:0:1 - 1)
		IfNotBlocked
		reached[0][25] = 1;
		if (!((((((int)now.heartbeat)==1)&&((((int)now.poolB)==2)||((((int)now.poolB)==1)&& !(((int)now.promoted)))))&&((!q_full(now.lineA))&&(!q_full(now.lineB))))))
			continue;
		/* merge: heartbeat = 2(0, 26, 33) */
		reached[0][26] = 1;
		(trpt+1)->bup.oval = ((int)now.heartbeat);
		now.heartbeat = 2;
#ifdef VAR_RANGES
		logval("heartbeat", ((int)now.heartbeat));
#endif
		;
		_m = 3; goto P999; /* 1 */
	case 9: // STATE 27 - lease.pml:129 - [((serverOfLineA==poolB))] (0:0:0 - 1)
		IfNotBlocked
		reached[0][27] = 1;
		if (!((((int)now.serverOfLineA)==((int)now.poolB))))
			continue;
		_m = 3; goto P999; /* 0 */
	case 10: // STATE 28 - lease.pml:129 - [lineA!1] (0:0:0 - 1)
		IfNotBlocked
		reached[0][28] = 1;
		if (q_full(now.lineA))
			continue;
#ifdef HAS_CODE
		if (readtrail && gui) {
			char simtmp[64];
			sprintf(simvals, "%d!", now.lineA);
		sprintf(simtmp, "%d", 1); strcat(simvals, simtmp);		}
#endif
		
		qsend(now.lineA, 0, 1, 1);
		_m = 2; goto P999; /* 0 */
	case 11: // STATE 34 - lease.pml:118 - [(((serverOfLineB==poolB)&&!(shared)))] (0:0:0 - 1)
		IfNotBlocked
		reached[0][34] = 1;
		if (!(((((int)now.serverOfLineB)==((int)now.poolB))&& !(((int)now.shared)))))
			continue;
		_m = 3; goto P999; /* 0 */
	case 12: // STATE 35 - lease.pml:118 - [lineB!1] (224:0:0 - 1)
		IfNotBlocked
		reached[0][35] = 1;
		if (q_full(now.lineB))
			continue;
#ifdef HAS_CODE
		if (readtrail && gui) {
			char simtmp[64];
			sprintf(simvals, "%d!", now.lineB);
		sprintf(simtmp, "%d", 1); strcat(simvals, simtmp);		}
#endif
		
		qsend(now.lineB, 0, 1, 1);
		/* merge: .(goto)(224, 39, 224) */
		reached[0][39] = 1;
		;
		/* merge: .(goto)(224, 222, 224) */
		reached[0][222] = 1;
		;
		/* merge: .(goto)(0, 225, 224) */
		reached[0][225] = 1;
		;
		_m = 2; goto P999; /* 3 */
	case 13: // STATE 39 - lease.pml:127 - [.(goto)] (0:224:0 - 2)
		IfNotBlocked
		reached[0][39] = 1;
		;
		/* merge: .(goto)(224, 222, 224) */
		reached[0][222] = 1;
		;
		/* merge: .(goto)(0, 225, 224) */
		reached[0][225] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 14: // STATE 37 - lease.pml:124 - [(1)] (224:0:0 - 1)
		IfNotBlocked
		reached[0][37] = 1;
		if (!(1))
			continue;
		/* merge: .(goto)(224, 39, 224) */
		reached[0][39] = 1;
		;
		/* merge: .(goto)(224, 222, 224) */
		reached[0][222] = 1;
		;
		/* merge: .(goto)(0, 225, 224) */
		reached[0][225] = 1;
		;
		_m = 3; goto P999; /* 3 */
	case 15: // STATE 41 - lease.pml:273 - [(((abandoned&&((poolB==2)||((poolB==1)&&!(promoted))))&&(nfull(lineA)&&nfull(lineB))))] (49:0:1 - 1)
		IfNotBlocked
		reached[0][41] = 1;
		if (!(((((int)now.abandoned)&&((((int)now.poolB)==2)||((((int)now.poolB)==1)&& !(((int)now.promoted)))))&&((!q_full(now.lineA))&&(!q_full(now.lineB))))))
			continue;
		/* merge: abandoned = 0(0, 42, 49) */
		reached[0][42] = 1;
		(trpt+1)->bup.oval = ((int)now.abandoned);
		now.abandoned = 0;
#ifdef VAR_RANGES
		logval("abandoned", ((int)now.abandoned));
#endif
		;
		_m = 3; goto P999; /* 1 */
	case 16: // STATE 43 - lease.pml:129 - [((serverOfLineA==poolB))] (0:0:0 - 1)
		IfNotBlocked
		reached[0][43] = 1;
		if (!((((int)now.serverOfLineA)==((int)now.poolB))))
			continue;
		_m = 3; goto P999; /* 0 */
	case 17: // STATE 44 - lease.pml:129 - [lineA!1] (0:0:0 - 1)
		IfNotBlocked
		reached[0][44] = 1;
		if (q_full(now.lineA))
			continue;
#ifdef HAS_CODE
		if (readtrail && gui) {
			char simtmp[64];
			sprintf(simvals, "%d!", now.lineA);
		sprintf(simtmp, "%d", 1); strcat(simvals, simtmp);		}
#endif
		
		qsend(now.lineA, 0, 1, 1);
		_m = 2; goto P999; /* 0 */
	case 18: // STATE 50 - lease.pml:118 - [(((serverOfLineB==poolB)&&!(shared)))] (0:0:0 - 1)
		IfNotBlocked
		reached[0][50] = 1;
		if (!(((((int)now.serverOfLineB)==((int)now.poolB))&& !(((int)now.shared)))))
			continue;
		_m = 3; goto P999; /* 0 */
	case 19: // STATE 51 - lease.pml:118 - [lineB!2] (224:0:0 - 1)
		IfNotBlocked
		reached[0][51] = 1;
		if (q_full(now.lineB))
			continue;
#ifdef HAS_CODE
		if (readtrail && gui) {
			char simtmp[64];
			sprintf(simvals, "%d!", now.lineB);
		sprintf(simtmp, "%d", 2); strcat(simvals, simtmp);		}
#endif
		
		qsend(now.lineB, 0, 2, 1);
		/* merge: .(goto)(224, 55, 224) */
		reached[0][55] = 1;
		;
		/* merge: .(goto)(224, 222, 224) */
		reached[0][222] = 1;
		;
		/* merge: .(goto)(0, 225, 224) */
		reached[0][225] = 1;
		;
		_m = 2; goto P999; /* 3 */
	case 20: // STATE 55 - lease.pml:127 - [.(goto)] (0:224:0 - 2)
		IfNotBlocked
		reached[0][55] = 1;
		;
		/* merge: .(goto)(224, 222, 224) */
		reached[0][222] = 1;
		;
		/* merge: .(goto)(0, 225, 224) */
		reached[0][225] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 21: // STATE 53 - lease.pml:124 - [(1)] (224:0:0 - 1)
		IfNotBlocked
		reached[0][53] = 1;
		if (!(1))
			continue;
		/* merge: .(goto)(224, 55, 224) */
		reached[0][55] = 1;
		;
		/* merge: .(goto)(224, 222, 224) */
		reached[0][222] = 1;
		;
		/* merge: .(goto)(0, 225, 224) */
		reached[0][225] = 1;
		;
		_m = 3; goto P999; /* 3 */
	case 22: // STATE 57 - lease.pml:100 - [(nempty(lineB))] (0:0:0 - 1)
		IfNotBlocked
		reached[0][57] = 1;
		if (!((q_len(now.lineB)>0)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 23: // STATE 58 - lease.pml:100 - [lineB?e] (0:0:2 - 1)
		reached[0][58] = 1;
		if (q_len(now.lineB) == 0) continue;

		XX=1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)((P0 *)_this)->e);
		;
		((P0 *)_this)->e = qrecv(now.lineB, XX-1, 0, 1);
#ifdef VAR_RANGES
		logval("world:e", ((int)((P0 *)_this)->e));
#endif
		;
		
#ifdef HAS_CODE
		if (readtrail && gui) {
			char simtmp[32];
			sprintf(simvals, "%d?", now.lineB);
		sprintf(simtmp, "%d", ((int)((P0 *)_this)->e)); strcat(simvals, simtmp);		}
#endif
		;
		if (TstOnly) return 1; /* TT */
		/* dead 2: e */  (trpt+1)->bup.ovals[1] = ((P0 *)_this)->e;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P0 *)_this)->e = 0;
		_m = 4; goto P999; /* 0 */
	case 24: // STATE 64 - lease.pml:100 - [e = 0] (0:68:1 - 3)
		IfNotBlocked
		reached[0][64] = 1;
		(trpt+1)->bup.oval = ((int)((P0 *)_this)->e);
		((P0 *)_this)->e = 0;
#ifdef VAR_RANGES
		logval("world:e", ((int)((P0 *)_this)->e));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 25: // STATE 66 - lease.pml:105 - [remembered = 0] (0:72:3 - 1)
		IfNotBlocked
		reached[0][66] = 1;
		(trpt+1)->bup.ovals = grab_ints(3);
		(trpt+1)->bup.ovals[0] = ((int)now.remembered);
		now.remembered = 0;
#ifdef VAR_RANGES
		logval("remembered", ((int)now.remembered));
#endif
		;
		/* merge: changedMeanwhile = 1(72, 67, 72) */
		reached[0][67] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.changedMeanwhile);
		now.changedMeanwhile = 1;
#ifdef VAR_RANGES
		logval("changedMeanwhile", ((int)now.changedMeanwhile));
#endif
		;
		/* merge: provenAge = ((1+1)+1)(72, 69, 72) */
		reached[0][69] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.provenAge);
		now.provenAge = ((1+1)+1);
#ifdef VAR_RANGES
		logval("provenAge", ((int)now.provenAge));
#endif
		;
		_m = 3; goto P999; /* 2 */
	case 26: // STATE 70 - lease.pml:111 - [abandoned = (abandoned||(heartbeat==1))] (0:76:2 - 1)
		IfNotBlocked
		reached[0][70] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.abandoned);
		now.abandoned = (((int)now.abandoned)||(((int)now.heartbeat)==1));
#ifdef VAR_RANGES
		logval("abandoned", ((int)now.abandoned));
#endif
		;
		/* merge: heartbeat = 0(76, 71, 76) */
		reached[0][71] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.heartbeat);
		now.heartbeat = 0;
#ifdef VAR_RANGES
		logval("heartbeat", ((int)now.heartbeat));
#endif
		;
		_m = 3; goto P999; /* 1 */
	case 27: // STATE 73 - lease.pml:283 - [serverOfLineB = 1] (0:224:1 - 1)
		IfNotBlocked
		reached[0][73] = 1;
		(trpt+1)->bup.oval = ((int)now.serverOfLineB);
		now.serverOfLineB = 1;
#ifdef VAR_RANGES
		logval("serverOfLineB", ((int)now.serverOfLineB));
#endif
		;
		/* merge: .(goto)(224, 77, 224) */
		reached[0][77] = 1;
		;
		/* merge: .(goto)(224, 222, 224) */
		reached[0][222] = 1;
		;
		/* merge: .(goto)(0, 225, 224) */
		reached[0][225] = 1;
		;
		_m = 3; goto P999; /* 3 */
	case 28: // STATE 77 - lease.pml:286 - [.(goto)] (0:224:0 - 2)
		IfNotBlocked
		reached[0][77] = 1;
		;
		/* merge: .(goto)(224, 222, 224) */
		reached[0][222] = 1;
		;
		/* merge: .(goto)(0, 225, 224) */
		reached[0][225] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 29: // STATE 74 - lease.pml:283 - [(promoted)] (224:0:1 - 1)
		IfNotBlocked
		reached[0][74] = 1;
		if (!(((int)now.promoted)))
			continue;
		/* merge: serverOfLineB = 2(224, 75, 224) */
		reached[0][75] = 1;
		(trpt+1)->bup.oval = ((int)now.serverOfLineB);
		now.serverOfLineB = 2;
#ifdef VAR_RANGES
		logval("serverOfLineB", ((int)now.serverOfLineB));
#endif
		;
		/* merge: .(goto)(224, 77, 224) */
		reached[0][77] = 1;
		;
		/* merge: .(goto)(224, 222, 224) */
		reached[0][222] = 1;
		;
		/* merge: .(goto)(0, 225, 224) */
		reached[0][225] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 30: // STATE 78 - lease.pml:286 - [(((reading==0)&&!(remembered)))] (224:0:2 - 1)
		IfNotBlocked
		reached[0][78] = 1;
		if (!(((((int)now.reading)==0)&& !(((int)now.remembered)))))
			continue;
		/* merge: changedMeanwhile = 0(224, 79, 224) */
		reached[0][79] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.changedMeanwhile);
		now.changedMeanwhile = 0;
#ifdef VAR_RANGES
		logval("changedMeanwhile", ((int)now.changedMeanwhile));
#endif
		;
		/* merge: reading = ( (ended[poolB]) -> (2) : (1) )(224, 80, 224) */
		reached[0][80] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.reading);
		now.reading = ( (((int)now.ended[ Index(((int)now.poolB), 3) ])) ? (2) : (1) );
#ifdef VAR_RANGES
		logval("reading", ((int)now.reading));
#endif
		;
		/* merge: .(goto)(224, 222, 224) */
		reached[0][222] = 1;
		;
		/* merge: .(goto)(0, 225, 224) */
		reached[0][225] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 31: // STATE 81 - lease.pml:290 - [((reading!=0))] (224:0:3 - 1)
		IfNotBlocked
		reached[0][81] = 1;
		if (!((((int)now.reading)!=0)))
			continue;
		/* merge: remembered = (remembered||(((reading==1)&&(provenAge<(1+1)))&&!(changedMeanwhile)))(224, 82, 224) */
		reached[0][82] = 1;
		(trpt+1)->bup.ovals = grab_ints(3);
		(trpt+1)->bup.ovals[0] = ((int)now.remembered);
		now.remembered = (((int)now.remembered)||(((((int)now.reading)==1)&&(((int)now.provenAge)<(1+1)))&& !(((int)now.changedMeanwhile))));
#ifdef VAR_RANGES
		logval("remembered", ((int)now.remembered));
#endif
		;
		/* merge: reading = 0(224, 83, 224) */
		reached[0][83] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.reading);
		now.reading = 0;
#ifdef VAR_RANGES
		logval("reading", ((int)now.reading));
#endif
		;
		/* merge: changedMeanwhile = 0(224, 84, 224) */
		reached[0][84] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.changedMeanwhile);
		now.changedMeanwhile = 0;
#ifdef VAR_RANGES
		logval("changedMeanwhile", ((int)now.changedMeanwhile));
#endif
		;
		/* merge: .(goto)(224, 222, 224) */
		reached[0][222] = 1;
		;
		/* merge: .(goto)(0, 225, 224) */
		reached[0][225] = 1;
		;
		_m = 3; goto P999; /* 5 */
	case 32: // STATE 85 - lease.pml:299 - [(nempty(lineB))] (0:0:0 - 1)
		IfNotBlocked
		reached[0][85] = 1;
		if (!((q_len(now.lineB)>0)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 33: // STATE 86 - lease.pml:213 - [lineB?e] (0:0:1 - 1)
		reached[0][86] = 1;
		if (q_len(now.lineB) == 0) continue;

		XX=1;
		(trpt+1)->bup.oval = ((int)((P0 *)_this)->e);
		;
		((P0 *)_this)->e = qrecv(now.lineB, XX-1, 0, 1);
#ifdef VAR_RANGES
		logval("world:e", ((int)((P0 *)_this)->e));
#endif
		;
		
#ifdef HAS_CODE
		if (readtrail && gui) {
			char simtmp[32];
			sprintf(simvals, "%d?", now.lineB);
		sprintf(simtmp, "%d", ((int)((P0 *)_this)->e)); strcat(simvals, simtmp);		}
#endif
		;
		_m = 4; goto P999; /* 0 */
	case 34: // STATE 87 - lease.pml:215 - [((e==1))] (0:0:1 - 1)
		IfNotBlocked
		reached[0][87] = 1;
		if (!((((int)((P0 *)_this)->e)==1)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: e */  (trpt+1)->bup.oval = ((P0 *)_this)->e;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P0 *)_this)->e = 0;
		_m = 3; goto P999; /* 0 */
	case 35: // STATE 88 - lease.pml:215 - [((heartbeat==2))] (0:0:0 - 1)
		IfNotBlocked
		reached[0][88] = 1;
		if (!((((int)now.heartbeat)==2)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 36: // STATE 89 - lease.pml:185 - [provenAge = heartbeatAge] (0:224:4 - 1)
		IfNotBlocked
		reached[0][89] = 1;
		(trpt+1)->bup.ovals = grab_ints(4);
		(trpt+1)->bup.ovals[0] = ((int)now.provenAge);
		now.provenAge = ((int)now.heartbeatAge);
#ifdef VAR_RANGES
		logval("provenAge", ((int)now.provenAge));
#endif
		;
		/* merge: stoodStill = 0(224, 90, 224) */
		reached[0][90] = 1;
		(trpt+1)->bup.ovals[1] = ((int)stoodStill);
		stoodStill = 0;
#ifdef VAR_RANGES
		logval("stoodStill", ((int)stoodStill));
#endif
		;
		/* merge: heartbeat = 0(224, 91, 224) */
		reached[0][91] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.heartbeat);
		now.heartbeat = 0;
#ifdef VAR_RANGES
		logval("heartbeat", ((int)now.heartbeat));
#endif
		;
		/* merge: .(goto)(224, 96, 224) */
		reached[0][96] = 1;
		;
		/* merge: .(goto)(224, 105, 224) */
		reached[0][105] = 1;
		;
		/* merge: e = 0(224, 106, 224) */
		reached[0][106] = 1;
		(trpt+1)->bup.ovals[3] = ((int)((P0 *)_this)->e);
		((P0 *)_this)->e = 0;
#ifdef VAR_RANGES
		logval("world:e", ((int)((P0 *)_this)->e));
#endif
		;
		/* merge: .(goto)(224, 222, 224) */
		reached[0][222] = 1;
		;
		/* merge: .(goto)(0, 225, 224) */
		reached[0][225] = 1;
		;
		_m = 3; goto P999; /* 7 */
	case 37: // STATE 94 - lease.pml:215 - [(1)] (224:0:1 - 1)
		IfNotBlocked
		reached[0][94] = 1;
		if (!(1))
			continue;
		/* merge: .(goto)(224, 96, 224) */
		reached[0][96] = 1;
		;
		/* merge: .(goto)(224, 105, 224) */
		reached[0][105] = 1;
		;
		/* merge: e = 0(224, 106, 224) */
		reached[0][106] = 1;
		(trpt+1)->bup.oval = ((int)((P0 *)_this)->e);
		((P0 *)_this)->e = 0;
#ifdef VAR_RANGES
		logval("world:e", ((int)((P0 *)_this)->e));
#endif
		;
		/* merge: .(goto)(224, 222, 224) */
		reached[0][222] = 1;
		;
		/* merge: .(goto)(0, 225, 224) */
		reached[0][225] = 1;
		;
		_m = 3; goto P999; /* 5 */
	case 38: // STATE 97 - lease.pml:216 - [((e==2))] (0:0:1 - 1)
		IfNotBlocked
		reached[0][97] = 1;
		if (!((((int)((P0 *)_this)->e)==2)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: e */  (trpt+1)->bup.oval = ((P0 *)_this)->e;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P0 *)_this)->e = 0;
		_m = 3; goto P999; /* 0 */
	case 39: // STATE 98 - lease.pml:220 - [(1)] (224:0:1 - 1)
		IfNotBlocked
		reached[0][98] = 1;
		if (!(1))
			continue;
		/* merge: .(goto)(224, 105, 224) */
		reached[0][105] = 1;
		;
		/* merge: e = 0(224, 106, 224) */
		reached[0][106] = 1;
		(trpt+1)->bup.oval = ((int)((P0 *)_this)->e);
		((P0 *)_this)->e = 0;
#ifdef VAR_RANGES
		logval("world:e", ((int)((P0 *)_this)->e));
#endif
		;
		/* merge: .(goto)(224, 222, 224) */
		reached[0][222] = 1;
		;
		/* merge: .(goto)(0, 225, 224) */
		reached[0][225] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 40: // STATE 99 - lease.pml:222 - [((e==3))] (224:0:4 - 1)
		IfNotBlocked
		reached[0][99] = 1;
		if (!((((int)((P0 *)_this)->e)==3)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: e */  (trpt+1)->bup.ovals = grab_ints(4);
		(trpt+1)->bup.ovals[0] = ((P0 *)_this)->e;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P0 *)_this)->e = 0;
		/* merge: remembered = 0(224, 100, 224) */
		reached[0][100] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.remembered);
		now.remembered = 0;
#ifdef VAR_RANGES
		logval("remembered", ((int)now.remembered));
#endif
		;
		/* merge: changedMeanwhile = 1(224, 101, 224) */
		reached[0][101] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.changedMeanwhile);
		now.changedMeanwhile = 1;
#ifdef VAR_RANGES
		logval("changedMeanwhile", ((int)now.changedMeanwhile));
#endif
		;
		/* merge: .(goto)(224, 105, 224) */
		reached[0][105] = 1;
		;
		/* merge: e = 0(224, 106, 224) */
		reached[0][106] = 1;
		(trpt+1)->bup.ovals[3] = ((int)((P0 *)_this)->e);
		((P0 *)_this)->e = 0;
#ifdef VAR_RANGES
		logval("world:e", ((int)((P0 *)_this)->e));
#endif
		;
		/* merge: .(goto)(224, 222, 224) */
		reached[0][222] = 1;
		;
		/* merge: .(goto)(0, 225, 224) */
		reached[0][225] = 1;
		;
		_m = 3; goto P999; /* 6 */
	case 41: // STATE 102 - lease.pml:227 - [((e>=(4+0)))] (224:0:2 - 1)
		IfNotBlocked
		reached[0][102] = 1;
		if (!((((int)((P0 *)_this)->e)>=(4+0))))
			continue;
		/* merge: acknowledges[(e-(4+0))] = 1(224, 103, 224) */
		reached[0][103] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.acknowledges[ Index((((int)((P0 *)_this)->e)-(4+0)), 1) ]);
		now.acknowledges[ Index((((P0 *)_this)->e-(4+0)), 1) ] = 1;
#ifdef VAR_RANGES
		logval("acknowledges[(world:e-(4+0))]", ((int)now.acknowledges[ Index((((int)((P0 *)_this)->e)-(4+0)), 1) ]));
#endif
		;
		/* merge: .(goto)(224, 105, 224) */
		reached[0][105] = 1;
		;
		/* merge: e = 0(224, 106, 224) */
		reached[0][106] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P0 *)_this)->e);
		((P0 *)_this)->e = 0;
#ifdef VAR_RANGES
		logval("world:e", ((int)((P0 *)_this)->e));
#endif
		;
		/* merge: .(goto)(224, 222, 224) */
		reached[0][222] = 1;
		;
		/* merge: .(goto)(0, 225, 224) */
		reached[0][225] = 1;
		;
		_m = 3; goto P999; /* 5 */
	case 42: // STATE 106 - lease.pml:229 - [e = 0] (0:224:1 - 7)
		IfNotBlocked
		reached[0][106] = 1;
		(trpt+1)->bup.oval = ((int)((P0 *)_this)->e);
		((P0 *)_this)->e = 0;
#ifdef VAR_RANGES
		logval("world:e", ((int)((P0 *)_this)->e));
#endif
		;
		/* merge: .(goto)(224, 222, 224) */
		reached[0][222] = 1;
		;
		/* merge: .(goto)(0, 225, 224) */
		reached[0][225] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 43: // STATE 108 - lease.pml:300 - [(nempty(lineA))] (0:0:0 - 1)
		IfNotBlocked
		reached[0][108] = 1;
		if (!((q_len(now.lineA)>0)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 44: // STATE 109 - lease.pml:191 - [lineA?e] (0:0:1 - 1)
		reached[0][109] = 1;
		if (q_len(now.lineA) == 0) continue;

		XX=1;
		(trpt+1)->bup.oval = ((int)((P0 *)_this)->e);
		;
		((P0 *)_this)->e = qrecv(now.lineA, XX-1, 0, 1);
#ifdef VAR_RANGES
		logval("world:e", ((int)((P0 *)_this)->e));
#endif
		;
		
#ifdef HAS_CODE
		if (readtrail && gui) {
			char simtmp[32];
			sprintf(simvals, "%d?", now.lineA);
		sprintf(simtmp, "%d", ((int)((P0 *)_this)->e)); strcat(simvals, simtmp);		}
#endif
		;
		_m = 4; goto P999; /* 0 */
	case 45: // STATE 110 - lease.pml:193 - [((e==1))] (112:0:2 - 1)
		IfNotBlocked
		reached[0][110] = 1;
		if (!((((int)((P0 *)_this)->e)==1)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: e */  (trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((P0 *)_this)->e;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P0 *)_this)->e = 0;
		/* merge: heardAge = 0(0, 111, 112) */
		reached[0][111] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.heardAge);
		now.heardAge = 0;
#ifdef VAR_RANGES
		logval("heardAge", ((int)now.heardAge));
#endif
		;
		_m = 3; goto P999; /* 1 */
	case 46: // STATE 112 - lease.pml:200 - [(1)] (224:0:1 - 1)
		IfNotBlocked
		reached[0][112] = 1;
		if (!(1))
			continue;
		/* merge: .(goto)(224, 131, 224) */
		reached[0][131] = 1;
		;
		/* merge: e = 0(224, 132, 224) */
		reached[0][132] = 1;
		(trpt+1)->bup.oval = ((int)((P0 *)_this)->e);
		((P0 *)_this)->e = 0;
#ifdef VAR_RANGES
		logval("world:e", ((int)((P0 *)_this)->e));
#endif
		;
		/* merge: .(goto)(224, 222, 224) */
		reached[0][222] = 1;
		;
		/* merge: .(goto)(0, 225, 224) */
		reached[0][225] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 47: // STATE 113 - lease.pml:202 - [((e>=(6+0)))] (0:0:0 - 1)
		IfNotBlocked
		reached[0][113] = 1;
		if (!((((int)((P0 *)_this)->e)>=(6+0))))
			continue;
		_m = 3; goto P999; /* 0 */
	case 48: // STATE 114 - lease.pml:202 - [((barrier[(e-(6+0))]==2))] (224:0:2 - 1)
		IfNotBlocked
		reached[0][114] = 1;
		if (!((((int)now.barrier[ Index((((int)((P0 *)_this)->e)-(6+0)), 1) ])==2)))
			continue;
		/* merge: untilAcknowledged[(e-(6+0))] = 0(224, 115, 224) */
		reached[0][115] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.untilAcknowledged[ Index((((int)((P0 *)_this)->e)-(6+0)), 1) ]);
		now.untilAcknowledged[ Index((((P0 *)_this)->e-(6+0)), 1) ] = 0;
#ifdef VAR_RANGES
		logval("untilAcknowledged[(world:e-(6+0))]", ((int)now.untilAcknowledged[ Index((((int)((P0 *)_this)->e)-(6+0)), 1) ]));
#endif
		;
		/* merge: .(goto)(224, 119, 224) */
		reached[0][119] = 1;
		;
		/* merge: .(goto)(224, 131, 224) */
		reached[0][131] = 1;
		;
		/* merge: e = 0(224, 132, 224) */
		reached[0][132] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P0 *)_this)->e);
		((P0 *)_this)->e = 0;
#ifdef VAR_RANGES
		logval("world:e", ((int)((P0 *)_this)->e));
#endif
		;
		/* merge: .(goto)(224, 222, 224) */
		reached[0][222] = 1;
		;
		/* merge: .(goto)(0, 225, 224) */
		reached[0][225] = 1;
		;
		_m = 3; goto P999; /* 6 */
	case 49: // STATE 117 - lease.pml:206 - [(1)] (224:0:1 - 1)
		IfNotBlocked
		reached[0][117] = 1;
		if (!(1))
			continue;
		/* merge: .(goto)(224, 119, 224) */
		reached[0][119] = 1;
		;
		/* merge: .(goto)(224, 131, 224) */
		reached[0][131] = 1;
		;
		/* merge: e = 0(224, 132, 224) */
		reached[0][132] = 1;
		(trpt+1)->bup.oval = ((int)((P0 *)_this)->e);
		((P0 *)_this)->e = 0;
#ifdef VAR_RANGES
		logval("world:e", ((int)((P0 *)_this)->e));
#endif
		;
		/* merge: .(goto)(224, 222, 224) */
		reached[0][222] = 1;
		;
		/* merge: .(goto)(0, 225, 224) */
		reached[0][225] = 1;
		;
		_m = 3; goto P999; /* 5 */
	case 50: // STATE 120 - lease.pml:207 - [(((e>=(4+0))&&(e<(6+0))))] (0:0:0 - 1)
		IfNotBlocked
		reached[0][120] = 1;
		if (!(((((int)((P0 *)_this)->e)>=(4+0))&&(((int)((P0 *)_this)->e)<(6+0)))))
			continue;
		_m = 3; goto P999; /* 0 */
	case 51: // STATE 121 - lease.pml:207 - [((barrier[(e-(4+0))]==1))] (0:0:0 - 1)
		IfNotBlocked
		reached[0][121] = 1;
		if (!((((int)now.barrier[ Index((((int)((P0 *)_this)->e)-(4+0)), 1) ])==1)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 52: // STATE 122 - lease.pml:134 - [barrier[(e-(4+0))] = 2] (0:224:4 - 1)
		IfNotBlocked
		reached[0][122] = 1;
		(trpt+1)->bup.ovals = grab_ints(4);
		(trpt+1)->bup.ovals[0] = ((int)now.barrier[ Index((((int)((P0 *)_this)->e)-(4+0)), 1) ]);
		now.barrier[ Index((((P0 *)_this)->e-(4+0)), 1) ] = 2;
#ifdef VAR_RANGES
		logval("barrier[(world:e-(4+0))]", ((int)now.barrier[ Index((((int)((P0 *)_this)->e)-(4+0)), 1) ]));
#endif
		;
		/* merge: untilAcknowledged[(e-(4+0))] = ( ((heardAge<(1+1))) -> (((1+1)-heardAge)) : (0) )(224, 123, 224) */
		reached[0][123] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.untilAcknowledged[ Index((((int)((P0 *)_this)->e)-(4+0)), 1) ]);
		now.untilAcknowledged[ Index((((P0 *)_this)->e-(4+0)), 1) ] = ( ((((int)now.heardAge)<(1+1))) ? (((1+1)-((int)now.heardAge))) : (0) );
#ifdef VAR_RANGES
		logval("untilAcknowledged[(world:e-(4+0))]", ((int)now.untilAcknowledged[ Index((((int)((P0 *)_this)->e)-(4+0)), 1) ]));
#endif
		;
		/* merge: untilSomebody[(e-(4+0))] = ( ((openAge<(1+1))) -> (((1+1)-openAge)) : (0) )(224, 124, 224) */
		reached[0][124] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.untilSomebody[ Index((((int)((P0 *)_this)->e)-(4+0)), 1) ]);
		now.untilSomebody[ Index((((P0 *)_this)->e-(4+0)), 1) ] = ( ((((int)now.openAge)<(1+1))) ? (((1+1)-((int)now.openAge))) : (0) );
#ifdef VAR_RANGES
		logval("untilSomebody[(world:e-(4+0))]", ((int)now.untilSomebody[ Index((((int)((P0 *)_this)->e)-(4+0)), 1) ]));
#endif
		;
		/* merge: .(goto)(224, 129, 224) */
		reached[0][129] = 1;
		;
		/* merge: .(goto)(224, 131, 224) */
		reached[0][131] = 1;
		;
		/* merge: e = 0(224, 132, 224) */
		reached[0][132] = 1;
		(trpt+1)->bup.ovals[3] = ((int)((P0 *)_this)->e);
		((P0 *)_this)->e = 0;
#ifdef VAR_RANGES
		logval("world:e", ((int)((P0 *)_this)->e));
#endif
		;
		/* merge: .(goto)(224, 222, 224) */
		reached[0][222] = 1;
		;
		/* merge: .(goto)(0, 225, 224) */
		reached[0][225] = 1;
		;
		_m = 3; goto P999; /* 7 */
	case 53: // STATE 127 - lease.pml:207 - [(1)] (224:0:1 - 1)
		IfNotBlocked
		reached[0][127] = 1;
		if (!(1))
			continue;
		/* merge: .(goto)(224, 129, 224) */
		reached[0][129] = 1;
		;
		/* merge: .(goto)(224, 131, 224) */
		reached[0][131] = 1;
		;
		/* merge: e = 0(224, 132, 224) */
		reached[0][132] = 1;
		(trpt+1)->bup.oval = ((int)((P0 *)_this)->e);
		((P0 *)_this)->e = 0;
#ifdef VAR_RANGES
		logval("world:e", ((int)((P0 *)_this)->e));
#endif
		;
		/* merge: .(goto)(224, 222, 224) */
		reached[0][222] = 1;
		;
		/* merge: .(goto)(0, 225, 224) */
		reached[0][225] = 1;
		;
		_m = 3; goto P999; /* 5 */
	case 54: // STATE 132 - lease.pml:209 - [e = 0] (0:224:1 - 8)
		IfNotBlocked
		reached[0][132] = 1;
		(trpt+1)->bup.oval = ((int)((P0 *)_this)->e);
		((P0 *)_this)->e = 0;
#ifdef VAR_RANGES
		logval("world:e", ((int)((P0 *)_this)->e));
#endif
		;
		/* merge: .(goto)(224, 222, 224) */
		reached[0][222] = 1;
		;
		/* merge: .(goto)(0, 225, 224) */
		reached[0][225] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 55: // STATE 134 - lease.pml:301 - [((acknowledges[0]&&nfull(lineA)))] (142:0:1 - 1)
		IfNotBlocked
		reached[0][134] = 1;
		if (!((((int)now.acknowledges[0])&&(!q_full(now.lineA)))))
			continue;
		/* merge: acknowledges[0] = 0(0, 135, 142) */
		reached[0][135] = 1;
		(trpt+1)->bup.oval = ((int)now.acknowledges[0]);
		now.acknowledges[0] = 0;
#ifdef VAR_RANGES
		logval("acknowledges[0]", ((int)now.acknowledges[0]));
#endif
		;
		_m = 3; goto P999; /* 1 */
	case 56: // STATE 136 - lease.pml:129 - [((serverOfLineA==poolB))] (0:0:0 - 1)
		IfNotBlocked
		reached[0][136] = 1;
		if (!((((int)now.serverOfLineA)==((int)now.poolB))))
			continue;
		_m = 3; goto P999; /* 0 */
	case 57: // STATE 137 - lease.pml:129 - [lineA!(6+0)] (224:0:0 - 1)
		IfNotBlocked
		reached[0][137] = 1;
		if (q_full(now.lineA))
			continue;
#ifdef HAS_CODE
		if (readtrail && gui) {
			char simtmp[64];
			sprintf(simvals, "%d!", now.lineA);
		sprintf(simtmp, "%d", (6+0)); strcat(simvals, simtmp);		}
#endif
		
		qsend(now.lineA, 0, (6+0), 1);
		/* merge: .(goto)(224, 141, 224) */
		reached[0][141] = 1;
		;
		/* merge: .(goto)(224, 222, 224) */
		reached[0][222] = 1;
		;
		/* merge: .(goto)(0, 225, 224) */
		reached[0][225] = 1;
		;
		_m = 2; goto P999; /* 3 */
	case 58: // STATE 141 - lease.pml:130 - [.(goto)] (0:224:0 - 2)
		IfNotBlocked
		reached[0][141] = 1;
		;
		/* merge: .(goto)(224, 222, 224) */
		reached[0][222] = 1;
		;
		/* merge: .(goto)(0, 225, 224) */
		reached[0][225] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 59: // STATE 139 - lease.pml:129 - [(1)] (224:0:0 - 1)
		IfNotBlocked
		reached[0][139] = 1;
		if (!(1))
			continue;
		/* merge: .(goto)(224, 141, 224) */
		reached[0][141] = 1;
		;
		/* merge: .(goto)(224, 222, 224) */
		reached[0][222] = 1;
		;
		/* merge: .(goto)(0, 225, 224) */
		reached[0][225] = 1;
		;
		_m = 3; goto P999; /* 3 */
	case 60: // STATE 143 - lease.pml:302 - [(acknowledges[0])] (224:0:1 - 1)
		IfNotBlocked
		reached[0][143] = 1;
		if (!(((int)now.acknowledges[0])))
			continue;
		/* merge: acknowledges[0] = 0(224, 144, 224) */
		reached[0][144] = 1;
		(trpt+1)->bup.oval = ((int)now.acknowledges[0]);
		now.acknowledges[0] = 0;
#ifdef VAR_RANGES
		logval("acknowledges[0]", ((int)now.acknowledges[0]));
#endif
		;
		/* merge: .(goto)(224, 222, 224) */
		reached[0][222] = 1;
		;
		/* merge: .(goto)(0, 225, 224) */
		reached[0][225] = 1;
		;
		_m = 3; goto P999; /* 3 */
	case 61: // STATE 145 - lease.pml:309 - [((serverOfLineA!=0))] (0:0:0 - 1)
		IfNotBlocked
		reached[0][145] = 1;
		if (!((((int)now.serverOfLineA)!=0)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 62: // STATE 146 - lease.pml:100 - [(nempty(lineA))] (0:0:0 - 1)
		IfNotBlocked
		reached[0][146] = 1;
		if (!((q_len(now.lineA)>0)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 63: // STATE 147 - lease.pml:100 - [lineA?e] (0:0:2 - 1)
		reached[0][147] = 1;
		if (q_len(now.lineA) == 0) continue;

		XX=1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)((P0 *)_this)->e);
		;
		((P0 *)_this)->e = qrecv(now.lineA, XX-1, 0, 1);
#ifdef VAR_RANGES
		logval("world:e", ((int)((P0 *)_this)->e));
#endif
		;
		
#ifdef HAS_CODE
		if (readtrail && gui) {
			char simtmp[32];
			sprintf(simvals, "%d?", now.lineA);
		sprintf(simtmp, "%d", ((int)((P0 *)_this)->e)); strcat(simvals, simtmp);		}
#endif
		;
		if (TstOnly) return 1; /* TT */
		/* dead 2: e */  (trpt+1)->bup.ovals[1] = ((P0 *)_this)->e;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P0 *)_this)->e = 0;
		_m = 4; goto P999; /* 0 */
	case 64: // STATE 153 - lease.pml:100 - [e = 0] (0:169:5 - 3)
		IfNotBlocked
		reached[0][153] = 1;
		(trpt+1)->bup.ovals = grab_ints(5);
		(trpt+1)->bup.ovals[0] = ((int)((P0 *)_this)->e);
		((P0 *)_this)->e = 0;
#ifdef VAR_RANGES
		logval("world:e", ((int)((P0 *)_this)->e));
#endif
		;
		/* merge: serverOfLineA = 0(169, 155, 169) */
		reached[0][155] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.serverOfLineA);
		now.serverOfLineA = 0;
#ifdef VAR_RANGES
		logval("serverOfLineA", ((int)now.serverOfLineA));
#endif
		;
		/* merge: heardAge = ((1+1)+1)(169, 156, 169) */
		reached[0][156] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.heardAge);
		now.heardAge = ((1+1)+1);
#ifdef VAR_RANGES
		logval("heardAge", ((int)now.heardAge));
#endif
		;
		/* merge: openAge = ((1+1)+1)(169, 157, 169) */
		reached[0][157] = 1;
		(trpt+1)->bup.ovals[3] = ((int)now.openAge);
		now.openAge = ((1+1)+1);
#ifdef VAR_RANGES
		logval("openAge", ((int)now.openAge));
#endif
		;
		/* merge: r = 0(169, 158, 169) */
		reached[0][158] = 1;
		(trpt+1)->bup.ovals[4] = ((int)((P0 *)_this)->r);
		((P0 *)_this)->r = 0;
#ifdef VAR_RANGES
		logval("world:r", ((int)((P0 *)_this)->r));
#endif
		;
		/* merge: .(goto)(0, 170, 169) */
		reached[0][170] = 1;
		;
		_m = 3; goto P999; /* 5 */
	case 65: // STATE 159 - lease.pml:311 - [((r<1))] (0:0:0 - 1)
		IfNotBlocked
		reached[0][159] = 1;
		if (!((((int)((P0 *)_this)->r)<1)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 66: // STATE 160 - lease.pml:311 - [((barrier[r]==2))] (169:0:2 - 1)
		IfNotBlocked
		reached[0][160] = 1;
		if (!((((int)now.barrier[ Index(((int)((P0 *)_this)->r), 1) ])==2)))
			continue;
		/* merge: barrier[r] = 1(169, 161, 169) */
		reached[0][161] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.barrier[ Index(((int)((P0 *)_this)->r), 1) ]);
		now.barrier[ Index(((P0 *)_this)->r, 1) ] = 1;
#ifdef VAR_RANGES
		logval("barrier[world:r]", ((int)now.barrier[ Index(((int)((P0 *)_this)->r), 1) ]));
#endif
		;
		/* merge: .(goto)(169, 165, 169) */
		reached[0][165] = 1;
		;
		/* merge: r = (r+1)(169, 166, 169) */
		reached[0][166] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P0 *)_this)->r);
		((P0 *)_this)->r = (((int)((P0 *)_this)->r)+1);
#ifdef VAR_RANGES
		logval("world:r", ((int)((P0 *)_this)->r));
#endif
		;
		/* merge: .(goto)(0, 170, 169) */
		reached[0][170] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 67: // STATE 163 - lease.pml:311 - [(1)] (169:0:1 - 1)
		IfNotBlocked
		reached[0][163] = 1;
		if (!(1))
			continue;
		/* merge: .(goto)(169, 165, 169) */
		reached[0][165] = 1;
		;
		/* merge: r = (r+1)(169, 166, 169) */
		reached[0][166] = 1;
		(trpt+1)->bup.oval = ((int)((P0 *)_this)->r);
		((P0 *)_this)->r = (((int)((P0 *)_this)->r)+1);
#ifdef VAR_RANGES
		logval("world:r", ((int)((P0 *)_this)->r));
#endif
		;
		/* merge: .(goto)(0, 170, 169) */
		reached[0][170] = 1;
		;
		_m = 3; goto P999; /* 3 */
	case 68: // STATE 166 - lease.pml:311 - [r = (r+1)] (0:169:1 - 3)
		IfNotBlocked
		reached[0][166] = 1;
		(trpt+1)->bup.oval = ((int)((P0 *)_this)->r);
		((P0 *)_this)->r = (((int)((P0 *)_this)->r)+1);
#ifdef VAR_RANGES
		logval("world:r", ((int)((P0 *)_this)->r));
#endif
		;
		/* merge: .(goto)(0, 170, 169) */
		reached[0][170] = 1;
		;
		_m = 3; goto P999; /* 1 */
	case 69: // STATE 172 - lease.pml:312 - [r = 0] (0:224:1 - 3)
		IfNotBlocked
		reached[0][172] = 1;
		(trpt+1)->bup.oval = ((int)((P0 *)_this)->r);
		((P0 *)_this)->r = 0;
#ifdef VAR_RANGES
		logval("world:r", ((int)((P0 *)_this)->r));
#endif
		;
		/* merge: .(goto)(224, 222, 224) */
		reached[0][222] = 1;
		;
		/* merge: .(goto)(0, 225, 224) */
		reached[0][225] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 70: // STATE 173 - lease.pml:313 - [((serverOfLineA==0))] (178:0:1 - 1)
		IfNotBlocked
		reached[0][173] = 1;
		if (!((((int)now.serverOfLineA)==0)))
			continue;
		/* merge: openAge = 0(0, 174, 178) */
		reached[0][174] = 1;
		(trpt+1)->bup.oval = ((int)now.openAge);
		now.openAge = 0;
#ifdef VAR_RANGES
		logval("openAge", ((int)now.openAge));
#endif
		;
		_m = 3; goto P999; /* 1 */
	case 71: // STATE 175 - lease.pml:313 - [serverOfLineA = 1] (0:224:1 - 1)
		IfNotBlocked
		reached[0][175] = 1;
		(trpt+1)->bup.oval = ((int)now.serverOfLineA);
		now.serverOfLineA = 1;
#ifdef VAR_RANGES
		logval("serverOfLineA", ((int)now.serverOfLineA));
#endif
		;
		/* merge: .(goto)(224, 179, 224) */
		reached[0][179] = 1;
		;
		/* merge: .(goto)(224, 222, 224) */
		reached[0][222] = 1;
		;
		/* merge: .(goto)(0, 225, 224) */
		reached[0][225] = 1;
		;
		_m = 3; goto P999; /* 3 */
	case 72: // STATE 179 - lease.pml:316 - [.(goto)] (0:224:0 - 2)
		IfNotBlocked
		reached[0][179] = 1;
		;
		/* merge: .(goto)(224, 222, 224) */
		reached[0][222] = 1;
		;
		/* merge: .(goto)(0, 225, 224) */
		reached[0][225] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 73: // STATE 176 - lease.pml:313 - [(promoted)] (224:0:1 - 1)
		IfNotBlocked
		reached[0][176] = 1;
		if (!(((int)now.promoted)))
			continue;
		/* merge: serverOfLineA = 2(224, 177, 224) */
		reached[0][177] = 1;
		(trpt+1)->bup.oval = ((int)now.serverOfLineA);
		now.serverOfLineA = 2;
#ifdef VAR_RANGES
		logval("serverOfLineA", ((int)now.serverOfLineA));
#endif
		;
		/* merge: .(goto)(224, 179, 224) */
		reached[0][179] = 1;
		;
		/* merge: .(goto)(224, 222, 224) */
		reached[0][222] = 1;
		;
		/* merge: .(goto)(0, 225, 224) */
		reached[0][225] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 74: // STATE 180 - lease.pml:316 - [((((((barrier[0]==0)&&!(ended[poolA]))&&((poolA==2)||!(promoted)))&&(len(lineB)<(4-1)))&&nfull(lineA)))] (0:0:0 - 1)
		IfNotBlocked
		reached[0][180] = 1;
		if (!((((((((int)now.barrier[0])==0)&& !(((int)now.ended[ Index(((int)now.poolA), 3) ])))&&((((int)now.poolA)==2)|| !(((int)now.promoted))))&&(q_len(now.lineB)<(4-1)))&&(!q_full(now.lineA)))))
			continue;
		_m = 3; goto P999; /* 0 */
	case 75: // STATE 181 - lease.pml:118 - [(((serverOfLineB==poolA)&&!(shared)))] (0:0:0 - 1)
		IfNotBlocked
		reached[0][181] = 1;
		if (!(((((int)now.serverOfLineB)==((int)now.poolA))&& !(((int)now.shared)))))
			continue;
		_m = 3; goto P999; /* 0 */
	case 76: // STATE 182 - lease.pml:118 - [lineB!3] (193:0:1 - 1)
		IfNotBlocked
		reached[0][182] = 1;
		if (q_full(now.lineB))
			continue;
#ifdef HAS_CODE
		if (readtrail && gui) {
			char simtmp[64];
			sprintf(simvals, "%d!", now.lineB);
		sprintf(simtmp, "%d", 3); strcat(simvals, simtmp);		}
#endif
		
		qsend(now.lineB, 0, 3, 1);
		/* merge: .(goto)(193, 186, 193) */
		reached[0][186] = 1;
		;
		/* merge: ended[poolA] = 1(193, 188, 193) */
		reached[0][188] = 1;
		(trpt+1)->bup.oval = ((int)now.ended[ Index(((int)now.poolA), 3) ]);
		now.ended[ Index(now.poolA, 3) ] = 1;
#ifdef VAR_RANGES
		logval("ended[poolA]", ((int)now.ended[ Index(((int)now.poolA), 3) ]));
#endif
		;
		_m = 2; goto P999; /* 2 */
	case 77: // STATE 184 - lease.pml:124 - [(1)] (193:0:1 - 1)
		IfNotBlocked
		reached[0][184] = 1;
		if (!(1))
			continue;
		/* merge: .(goto)(193, 186, 193) */
		reached[0][186] = 1;
		;
		/* merge: ended[poolA] = 1(193, 188, 193) */
		reached[0][188] = 1;
		(trpt+1)->bup.oval = ((int)now.ended[ Index(((int)now.poolA), 3) ]);
		now.ended[ Index(now.poolA, 3) ] = 1;
#ifdef VAR_RANGES
		logval("ended[poolA]", ((int)now.ended[ Index(((int)now.poolA), 3) ]));
#endif
		;
		_m = 3; goto P999; /* 2 */
	case 78: // STATE 188 - lease.pml:156 - [ended[poolA] = 1] (0:193:1 - 3)
		IfNotBlocked
		reached[0][188] = 1;
		(trpt+1)->bup.oval = ((int)now.ended[ Index(((int)now.poolA), 3) ]);
		now.ended[ Index(now.poolA, 3) ] = 1;
#ifdef VAR_RANGES
		logval("ended[poolA]", ((int)now.ended[ Index(((int)now.poolA), 3) ]));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 79: // STATE 189 - lease.pml:157 - [((poolA==1))] (211:0:1 - 1)
		IfNotBlocked
		reached[0][189] = 1;
		if (!((((int)now.poolA)==1)))
			continue;
		/* merge: ended[2] = 1(0, 190, 211) */
		reached[0][190] = 1;
		(trpt+1)->bup.oval = ((int)now.ended[2]);
		now.ended[2] = 1;
#ifdef VAR_RANGES
		logval("ended[2]", ((int)now.ended[2]));
#endif
		;
		/* merge: .(goto)(0, 194, 211) */
		reached[0][194] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 80: // STATE 195 - lease.pml:129 - [((serverOfLineA==poolA))] (0:0:0 - 1)
		IfNotBlocked
		reached[0][195] = 1;
		if (!((((int)now.serverOfLineA)==((int)now.poolA))))
			continue;
		_m = 3; goto P999; /* 0 */
	case 81: // STATE 196 - lease.pml:129 - [lineA!(4+0)] (0:0:0 - 1)
		IfNotBlocked
		reached[0][196] = 1;
		if (q_full(now.lineA))
			continue;
#ifdef HAS_CODE
		if (readtrail && gui) {
			char simtmp[64];
			sprintf(simvals, "%d!", now.lineA);
		sprintf(simtmp, "%d", (4+0)); strcat(simvals, simtmp);		}
#endif
		
		qsend(now.lineA, 0, (4+0), 1);
		_m = 2; goto P999; /* 0 */
	case 82: // STATE 202 - lease.pml:118 - [(((serverOfLineB==poolA)&&!(shared)))] (0:0:0 - 1)
		IfNotBlocked
		reached[0][202] = 1;
		if (!(((((int)now.serverOfLineB)==((int)now.poolA))&& !(((int)now.shared)))))
			continue;
		_m = 3; goto P999; /* 0 */
	case 83: // STATE 203 - lease.pml:118 - [lineB!(4+0)] (224:0:2 - 1)
		IfNotBlocked
		reached[0][203] = 1;
		if (q_full(now.lineB))
			continue;
#ifdef HAS_CODE
		if (readtrail && gui) {
			char simtmp[64];
			sprintf(simvals, "%d!", now.lineB);
		sprintf(simtmp, "%d", (4+0)); strcat(simvals, simtmp);		}
#endif
		
		qsend(now.lineB, 0, (4+0), 1);
		/* merge: .(goto)(224, 207, 224) */
		reached[0][207] = 1;
		;
		/* merge: barrier[0] = 1(224, 209, 224) */
		reached[0][209] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.barrier[0]);
		now.barrier[0] = 1;
#ifdef VAR_RANGES
		logval("barrier[0]", ((int)now.barrier[0]));
#endif
		;
		/* merge: committedAge[0] = 0(224, 210, 224) */
		reached[0][210] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.committedAge[0]);
		now.committedAge[0] = 0;
#ifdef VAR_RANGES
		logval("committedAge[0]", ((int)now.committedAge[0]));
#endif
		;
		/* merge: .(goto)(224, 222, 224) */
		reached[0][222] = 1;
		;
		/* merge: .(goto)(0, 225, 224) */
		reached[0][225] = 1;
		;
		_m = 2; goto P999; /* 5 */
	case 84: // STATE 205 - lease.pml:124 - [(1)] (224:0:2 - 1)
		IfNotBlocked
		reached[0][205] = 1;
		if (!(1))
			continue;
		/* merge: .(goto)(224, 207, 224) */
		reached[0][207] = 1;
		;
		/* merge: barrier[0] = 1(224, 209, 224) */
		reached[0][209] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.barrier[0]);
		now.barrier[0] = 1;
#ifdef VAR_RANGES
		logval("barrier[0]", ((int)now.barrier[0]));
#endif
		;
		/* merge: committedAge[0] = 0(224, 210, 224) */
		reached[0][210] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.committedAge[0]);
		now.committedAge[0] = 0;
#ifdef VAR_RANGES
		logval("committedAge[0]", ((int)now.committedAge[0]));
#endif
		;
		/* merge: .(goto)(224, 222, 224) */
		reached[0][222] = 1;
		;
		/* merge: .(goto)(0, 225, 224) */
		reached[0][225] = 1;
		;
		_m = 3; goto P999; /* 5 */
	case 85: // STATE 209 - lease.pml:146 - [barrier[0] = 1] (0:224:2 - 3)
		IfNotBlocked
		reached[0][209] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.barrier[0]);
		now.barrier[0] = 1;
#ifdef VAR_RANGES
		logval("barrier[0]", ((int)now.barrier[0]));
#endif
		;
		/* merge: committedAge[0] = 0(224, 210, 224) */
		reached[0][210] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.committedAge[0]);
		now.committedAge[0] = 0;
#ifdef VAR_RANGES
		logval("committedAge[0]", ((int)now.committedAge[0]));
#endif
		;
		/* merge: .(goto)(224, 222, 224) */
		reached[0][222] = 1;
		;
		/* merge: .(goto)(0, 225, 224) */
		reached[0][225] = 1;
		;
		_m = 3; goto P999; /* 3 */
	case 86: // STATE 213 - lease.pml:327 - [((((barrier[0]==2)&&(untilAcknowledged[0]==0))&&(untilSomebody[0]==0)))] (0:0:0 - 1)
		IfNotBlocked
		reached[0][213] = 1;
		if (!((((((int)now.barrier[0])==2)&&(((int)now.untilAcknowledged[0])==0))&&(((int)now.untilSomebody[0])==0))))
			continue;
		_m = 3; goto P999; /* 0 */
	case 87: // STATE 214 - lease.pml:166 - [barrier[0] = 3] (0:224:2 - 1)
		IfNotBlocked
		reached[0][214] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.barrier[0]);
		now.barrier[0] = 3;
#ifdef VAR_RANGES
		logval("barrier[0]", ((int)now.barrier[0]));
#endif
		;
		/* merge: answered = 1(224, 215, 224) */
		reached[0][215] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.answered);
		now.answered = 1;
#ifdef VAR_RANGES
		logval("answered", ((int)now.answered));
#endif
		;
		/* merge: .(goto)(224, 222, 224) */
		reached[0][222] = 1;
		;
		/* merge: .(goto)(0, 225, 224) */
		reached[0][225] = 1;
		;
		_m = 3; goto P999; /* 3 */
	case 88: // STATE 217 - lease.pml:328 - [(((barrier[0]==1)&&(committedAge[0]>=(1+1))))] (0:0:0 - 1)
		IfNotBlocked
		reached[0][217] = 1;
		if (!(((((int)now.barrier[0])==1)&&(((int)now.committedAge[0])>=(1+1)))))
			continue;
		_m = 3; goto P999; /* 0 */
	case 89: // STATE 218 - lease.pml:166 - [barrier[0] = 3] (0:224:2 - 1)
		IfNotBlocked
		reached[0][218] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.barrier[0]);
		now.barrier[0] = 3;
#ifdef VAR_RANGES
		logval("barrier[0]", ((int)now.barrier[0]));
#endif
		;
		/* merge: answered = 1(224, 219, 224) */
		reached[0][219] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.answered);
		now.answered = 1;
#ifdef VAR_RANGES
		logval("answered", ((int)now.answered));
#endif
		;
		/* merge: .(goto)(224, 222, 224) */
		reached[0][222] = 1;
		;
		/* merge: .(goto)(0, 225, 224) */
		reached[0][225] = 1;
		;
		_m = 3; goto P999; /* 3 */
	case 90: // STATE 227 - lease.pml:347 - [-end-] (0:0:0 - 1)
		IfNotBlocked
		reached[0][227] = 1;
		if (!delproc(1, II)) continue;
		_m = 3; goto P999; /* 0 */
	case  _T5:	/* np_ */
		if (!((!(trpt->o_pm&4) && !(trpt->tau&128))))
			continue;
		/* else fall through */
	case  _T2:	/* true */
		_m = 3; goto P999;
#undef rand
	}

